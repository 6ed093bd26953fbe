from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.losses import info_nce
from coview.methods.distillation.point_distill_contrast import PointDistillContrast
from tests.methods.joint import copies, features, make, samples, step

NAME = "point-distill-contrast"
CROPS = {"global_scale": (0.5, 0.9), "local_scale": (0.2, 0.5)}


def made(first: str = "image", **options: object) -> PointDistillContrast:
    method = make(NAME, first, **options)
    assert isinstance(method, PointDistillContrast)
    return method


def test_without_contrast_it_is_dino():
    one, other = made(contrast=0.0, prototypes=16), make("dino", prototypes=16, **CROPS)
    whole = samples()
    a, b = step(one, whole), step(other, whole)
    assert a.losses.keys() == b.losses.keys() == {"self_distillation"}
    torch.testing.assert_close(a.losses["self_distillation"], b.losses["self_distillation"])
    for own, same in zip(copies(one), copies(other), strict=True):
        torch.testing.assert_close(own, same)


def test_contrast_is_between_a_students_crop_and_the_teachers_other_one():
    method = made(contrast=0.5, temperature=0.3)
    z = features(method, samples())
    student, teacher = method.project(z["student"], z["teacher"])
    forth, back = (info_nce(student[:, crop], teacher[:, 1 - crop], 0.3) for crop in range(2))
    torch.testing.assert_close(method.relate(z).losses["info_nce"], 0.5 * (forth + back) / 2)


def test_local_crops_are_not_contrasted():
    method = made(local=3)
    z = features(method, samples())
    z.tensors["student"][:, 2:] = torch.randn_like(z["student"][:, 2:])
    method.eval()  # else the head's statistics are of all crops
    found = method.relate(z).losses
    z.tensors["student"][:, 2:] *= -1
    again = method.relate(z).losses
    torch.testing.assert_close(found["info_nce"], again["info_nce"])
    assert found["self_distillation"] != again["self_distillation"]


def test_the_contrast_alone_moves_the_teacher_too():
    method = made(distillation=0.0, local=0, momentum=0.9)
    before = copies(method.teacher)
    found = step(method, samples())
    assert found.losses.keys() == {"info_nce"}
    assert found.kept == {}
    assert any(not torch.equal(a, b) for a, b in zip(before, copies(method.teacher), strict=True))


@pytest.mark.parametrize("crop", [0, 1])
def test_a_crop_that_says_what_the_teacher_says_of_the_other_is_found(crop: int):
    method = made(temperature=0.05)
    directions = torch.eye(6).double()
    teacher = torch.stack([directions, directions.roll(1, 0)], 1)
    student = torch.stack([teacher[:, 1], teacher[:, 0]], 1)
    assert method.find(student, teacher) < 1e-6
    student[:, crop] = teacher[:, crop]
    assert method.find(student, teacher) > 1


def test_clouds_are_read_by_any_encoder():
    method = made("points", prototypes=16)
    found = step(method, samples("points"))
    assert found.losses.keys() == {"self_distillation", "info_nce"}
    assert all(torch.isfinite(loss) for loss in found.losses.values())


def test_nothing_to_learn_is_refused():
    with pytest.raises(UserError, match="distillation and contrast both weigh 0"):
        made(distillation=0.0, contrast=0.0)
