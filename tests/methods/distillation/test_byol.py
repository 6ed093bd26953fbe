from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coview.nn.ema import cosine_momentum
from tests.methods.joint import copies, features, make, samples, step


@pytest.mark.parametrize("progress", [0.0, 0.5])
def test_the_teacher_moves_by_exactly_the_momentum_of_the_moment(progress: float):
    method = make("byol", momentum=0.9)
    method.clock.progress = progress
    m = cosine_momentum(0.9, progress)
    before = copies(method.teacher) + copies(method.teacher_projector)
    step(method, samples())
    students = copies(method.encoder) + copies(method.projector)
    after = copies(method.teacher) + copies(method.teacher_projector)
    for old, student, new in zip(before, students, after, strict=True):
        torch.testing.assert_close(new, m * old + (1 - m) * student)


def test_the_teacher_stands_still_at_the_end():
    method = make("byol")
    method.clock.progress = 1.0
    before = copies(method.teacher)
    step(method, samples())
    assert all(torch.equal(a, b) for a, b in zip(before, copies(method.teacher), strict=True))


def test_the_teacher_starts_as_the_student():
    z = features(make("byol"), samples())
    assert torch.equal(z["student"], z["teacher"])
    assert not z["teacher"].requires_grad


def test_the_distance_is_the_squared_one_of_unit_vectors_summed_over_directions():
    method = make("byol")
    z = features(method, samples())
    z.tensors["teacher"] = z["teacher"].roll(1, 0)
    found = method.relate(z)
    p = [method.predictor(found.seen["projection"][:, i]) for i in (0, 1)]
    t = [found.seen["teacher"][:, i] for i in (0, 1)]
    want = sum((F.normalize(p[i], dim=1) - F.normalize(t[1 - i], dim=1)).square().sum(1).mean() for i in (0, 1))
    torch.testing.assert_close(found.losses["distance"], want)


def test_a_perfect_prediction_costs_nothing():
    method = make("byol")
    method.predictor = nn.Identity()
    z = features(method, samples())
    for name in ("student", "teacher"):
        z.tensors[name] = z["student"][:, [0, 0]]
    torch.testing.assert_close(method.relate(z).losses["distance"], torch.zeros((), dtype=torch.float64))
