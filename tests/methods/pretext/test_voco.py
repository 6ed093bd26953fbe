from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.losses import overlap_prediction, region_discrepancy
from coview.methods.pretext.voco import VoCo
from coview.views.draw import Draw
from coview.views.volume import cut_cubes, draw_quarter_turns, layer_cubes
from tests.methods.slots import draws, encoders, joined, look, samples, without


def voco(**options: object) -> VoCo:
    made = encoders(scan="volume")
    torch.manual_seed(3)
    return VoCo(made["scan"], dim=16, hidden=24, **options).double()  # type: ignore[arg-type]


def test_bases_fill_a_layer_and_a_crop_touches_four_of_them_at_most() -> None:
    method, batch = voco(crops=3), samples(scan="volume")
    views = method.views(batch, draws(batch))
    assert views["parts"].value.shape[:2] == (len(batch), 9 + 3)
    assert views["parts"].value.shape[3:] == (method.volume.modality.size,) * 3  # type: ignore[attr-defined]
    overlap = views.carry["overlap"]
    torch.testing.assert_close(overlap.sum(-1), torch.ones(len(batch), 3))
    assert ((overlap > 0).sum(-1) <= 4).all()
    assert overlap.amax() < 1


def test_parts_lie_where_their_boxes_say_mirrored_and_turned_by_quarters() -> None:
    """Of a volume that says where each voxel is, at a size that needs no interpolation."""
    size, n = 12, 400
    line = (torch.arange(size) + 0.5) / size
    where = torch.stack(torch.meshgrid(line, line, line, indexing="ij"))[None].expand(n, -1, -1, -1, -1)
    placing = draw_quarter_turns(Draw(0, 0, torch.arange(n)), layer_cubes(3, torch.full((n,), 1 / 3)), 0.2)
    parts = cut_cubes(where, placing, size // 3)
    low = placing.box[..., :3]
    middle = parts.mean((-3, -2, -1))
    torch.testing.assert_close(middle, low + 1 / 6)
    as_stored = torch.stack(torch.meshgrid(*[line[: size // 3]] * 3, indexing="ij")) - line[: size // 3].mean()
    plain = (parts - middle[..., None, None, None] - as_stored).abs().amax((2, 3, 4, 5)) < 1e-4
    assert plain.float().mean() == pytest.approx(0.8**4, abs=0.03)
    untouched = ~placing.flip.any(2) & (placing.turn == torch.eye(3)).all((2, 3))
    assert plain[untouched].all()


def test_crops_of_a_step_are_drawn_by_key() -> None:
    method, batch = voco(), samples(scan="volume")
    whole = method.views(batch, draws(batch)).carry["overlap"]
    some = batch.rows(slice(2, 4))
    torch.testing.assert_close(method.views(some, draws(some)).carry["overlap"], whole[2:4])
    assert not torch.equal(method.views(batch, draws(batch, 4)).carry["overlap"], whole)


def test_the_loss_is_that_of_the_authors_for_one_sample_after_another() -> None:
    method, batch = voco(), samples(scan="volume")
    with torch.no_grad():
        for p in method.teacher_projector.parameters():
            p.mul_(1.5)
    z = joined(look(method, batch)[1], batch)
    student = method.projector(z["student"].flatten(0, 1)).unflatten(0, (len(batch), 11))
    teacher = method.teacher_projector.module(z["teacher"].flatten(0, 1)).unflatten(0, (len(batch), 11))
    position, apart = [], []
    for own, slow, overlap in zip(student, teacher, z["overlap"], strict=True):
        one = F.cosine_similarity(own[9:, None], slow[None, :9], dim=-1).relu()
        two = F.cosine_similarity(slow[9:, None], own[None, :9], dim=-1).relu()
        position.append(overlap_prediction((one + two)[None] / 2, overlap[None].double()))
        pairs = [F.cosine_similarity(own[i], own[j], dim=0).relu() ** 2 for i in range(9) for j in range(i + 1, 9)]
        apart.append(torch.stack(pairs).mean())
    found = method.relate(z).losses
    torch.testing.assert_close(found["position"], torch.cat(position).mean())
    torch.testing.assert_close(found["discrepancy"], torch.stack(apart).mean())


def test_absent_volumes_are_left_out() -> None:
    method, batch = voco().eval(), samples(scan="volume")
    lacking = joined(look(method, without(batch, "scan", [0, 3]))[1], batch)
    some = batch.rows(torch.tensor([1, 2, 4, 5]))
    torch.testing.assert_close(method.relate(lacking).losses, method.relate(joined(look(method, some)[1], some)).losses)


def test_the_teacher_follows_with_a_momentum_of_nine_tenths() -> None:
    method = voco()
    before = [p.clone() for p in method.teacher.module.parameters()]
    with torch.no_grad():
        for p in method.volume.parameters():
            p.add_(1.0)
    method.after_step({})
    for p, old in zip(method.teacher.module.parameters(), before, strict=True):
        torch.testing.assert_close(p, old + 0.1)


def test_region_discrepancy_of_two_regions_is_their_squared_cosine() -> None:
    regions = torch.tensor([[[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [-1.0, 1.0]]])
    torch.testing.assert_close(region_discrepancy(regions), torch.tensor([0.5, 0.0]))


def test_overlap_told_exactly_costs_nothing_and_told_wrongly_much() -> None:
    overlap = torch.tensor([[[0.75, 0.25, 0.0, 0.0]]])
    assert overlap_prediction(overlap, overlap).abs().item() < 1e-5
    likeness = torch.tensor([[[0.25, 0.25, 0.5, 0.0]]])
    expected = -0.75 * torch.tensor(0.5).log() + 0.25 / 2
    torch.testing.assert_close(overlap_prediction(likeness, overlap), expected[None], rtol=1e-4, atol=1e-5)
