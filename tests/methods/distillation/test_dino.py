from __future__ import annotations

import pytest
import torch

from coview.losses import self_distillation
from coview.nn.ema import cosine_momentum
from tests.methods.joint import copies, features, make, samples, step


def test_the_centre_follows_the_mean_of_the_teachers_logits():
    method = make("dino", prototypes=16, centre_momentum=0.8)
    z = features(method, samples())
    _, teacher = method.project(z["student"], z["teacher"])
    logits = teacher @ method.teacher_prototypes.module.directions.T
    start = method.centre.normal_(generator=torch.Generator().manual_seed(0)).clone()
    step(method, samples())
    torch.testing.assert_close(method.centre, 0.8 * start + 0.2 * logits.mean((0, 1)))


def test_the_loss_is_self_distillation_of_all_logits():
    method = make("dino", prototypes=16, local=2)
    method.centre.normal_(generator=torch.Generator().manual_seed(0)).mul_(0.1)
    z = features(method, samples())
    own, slow = method.project(z["student"], z["teacher"])
    student, teacher = method.prototypes(own), method.teacher_prototypes(slow)
    want = self_distillation(student, teacher, method.centre, teacher_temperature=method.temperature_now)
    torch.testing.assert_close(method.relate(z).losses["self_distillation"], want)


def test_the_teacher_sees_global_crops_only():
    z = features(make("dino", local=3), samples())
    assert z["student"].shape[1] == 5
    assert z["teacher"].shape[1] == 2
    assert torch.equal(z["student"][:, :2], z["teacher"])


def test_encoder_head_and_prototypes_of_the_teacher_move_by_the_momentum():
    method = make("dino", momentum=0.9)
    method.clock.progress = 0.3
    m = cosine_momentum(0.9, 0.3)
    pairs = [
        (method.teacher, method.encoder),
        (method.teacher_head, method.head),
        (method.teacher_prototypes, method.prototypes),
    ]
    before = [copies(slow) for slow, _ in pairs]
    step(method, samples())
    for old, (slow, own) in zip(before, pairs, strict=True):
        for a, b, c in zip(old, copies(own), copies(slow), strict=True):
            torch.testing.assert_close(c, m * a + (1 - m) * b)


@pytest.mark.parametrize(("progress", "temperature"), [(0.0, 0.04), (0.05, 0.05), (0.1, 0.06), (0.9, 0.06)])
def test_the_teachers_temperature_rises_along_a_line(progress: float, temperature: float):
    method = make("dino", teacher_temperature_start=0.04, teacher_temperature=0.06, teacher_warmup=0.1)
    method.clock.progress = progress
    assert method.temperature_now == pytest.approx(temperature)


def test_the_students_prototypes_stand_still_at_first():
    method = make("dino", freeze=0.1)
    for progress, moves in ((0.05, False), (0.2, True)):
        method.clock.progress = progress
        method.zero_grad()
        method.relate(features(method, samples())).losses["self_distillation"].backward()
        assert (method.prototypes.weight.grad is not None) is moves
