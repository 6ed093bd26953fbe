from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.batch import View
from coview.errors import UserError
from coview.modalities.volume import Volume
from coview.modalities.volume.read import Scan
from coview.modalities.volume.resize import fit_cube, resize
from coview.views.draw import Draw
from coview.views.volume import Placing3d, bend, draw_cubes, speckle, warp_cubes
from tests.contracts.items.volume import OPTIONS, item

STILL = {"degrees": 0, "contrast": 0, "gamma": 1, "noise": 0, "flip": "none", "scale": "1,1"}


def volumes(n: int = 6, **options: object) -> tuple[Volume, View]:
    rng = np.random.default_rng(0)
    items = [Volume.read(item(rng)) for _ in range(n)]
    modality = Volume.adapt(items, **{**OPTIONS, **options})
    return modality, modality.collate([[x] for x in items])


def draw(n: int = 6, step: int = 0) -> Draw:
    return Draw(1, step, torch.arange(n))


def eye(n: int) -> Placing3d:
    box = torch.tensor([0.0, 0, 0, 1]).expand(n, 4)
    return Placing3d(box, torch.zeros(n, 3, dtype=torch.bool), torch.eye(3).expand(n, 3, 3))


def test_a_volume_keeps_its_proportions_in_space() -> None:
    cube = fit_cube(torch.ones(1, 8, 4, 4), (1.0, 1.0, 3.0), 12)[0]
    there = cube.isfinite()
    assert [int(there.any(b).any(a).sum()) for a, b in ((1, 2), (0, 2), (0, 1))] == [8, 4, 12]  # 8 x 4 x 12 in space
    assert float(cube[there].min()) == 1


def test_what_fits_is_not_touched() -> None:
    values = torch.randn(2, 8, 8, 8)
    assert torch.equal(fit_cube(values, (2.0, 2.0, 2.0), 8), values)


def test_fewer_voxels_are_means_of_what_is_there() -> None:
    values = torch.arange(64.0).view(1, 1, 4, 4, 4)
    want = values.unfold(2, 2, 2).unfold(3, 2, 2).unfold(4, 2, 2).flatten(5)
    torch.testing.assert_close(resize(values, (2, 2, 2)), want.mean(-1))
    holed = values.clone()
    holed[0, 0, 0, 0, 0] = torch.nan
    small = resize(holed, (2, 2, 2))
    assert float(small[0, 0, 0, 0, 0]) == pytest.approx(float(want[0, 0, 0, 0, 0, 1:].mean()))
    holed[0, 0, :2, :2, :2] = torch.nan
    assert bool(resize(holed, (2, 2, 2))[0, 0, 0, 0, 0].isnan())


def test_each_volume_has_mean_0_and_deviation_1_or_all_have() -> None:
    modality, view = volumes(size=9, patch=3)
    values = view.value[:, 0].float().flatten(1)
    torch.testing.assert_close(values.nanmean(1), torch.zeros(6), atol=1e-3, rtol=0)
    one, other = Volume.read(np.random.default_rng(0).normal(size=(8, 8, 8))), None
    other = Scan(3 * one.values + 5)
    together = Volume.adapt([one, other], size=8, standardise="data")
    stored = together.collate([[one], [other]]).value.float()
    assert float(stored.mean()) == pytest.approx(0, abs=1e-3)
    assert float(stored[1].std() / stored[0].std()) == pytest.approx(3, rel=1e-2)
    assert Volume.from_config(together.config()).config() == together.config()
    assert modality.config()["options"]["standardise"] == "sample"


def test_tokens_come_back_as_voxels() -> None:
    modality, view = volumes(n=3)
    seen = modality.prepare(view)
    tokens = modality.tokens(seen)
    assert tokens.value.shape == (3, 1, 8, 216)
    assert torch.equal(modality.untokens(tokens.value, seen).nan_to_num(9), seen.value.nan_to_num(9))
    first = seen.value[0, 0, 0, :6, :6, :6].flatten()
    assert torch.equal(tokens.value[0, 0, 0].nan_to_num(9), first.nan_to_num(9))


def test_two_channels_come_back_in_their_order() -> None:
    scan = Volume.read(np.random.default_rng(0).normal(size=(2, 8, 8, 8)))
    modality = Volume.adapt([scan], **OPTIONS)
    seen = modality.prepare(modality.collate([[scan]]))
    assert torch.equal(modality.untokens(modality.tokens(seen).value, seen), seen.value)


def test_a_loss_is_of_what_is_there() -> None:
    modality, _ = volumes(n=1)
    target = torch.randn(5, 64)
    target[0, :32] = torch.nan
    target[1] = torch.nan
    assert modality.token_loss(target.nan_to_num(0), target).tolist() == [0] * 5
    off = target.nan_to_num(0) + 2
    off[0, :32] = 1e6
    assert modality.token_loss(off, target).tolist() == pytest.approx([4, 0, 4, 4, 4])
    assert modality.token_distance(off, target).tolist() == pytest.approx([2, 0, 2, 2, 2])


def test_the_whole_volume_straight_is_itself() -> None:
    values = torch.randn(3, 2, 6, 6, 6)
    torch.testing.assert_close(warp_cubes(values, eye(3), 6), values, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirrors_are_along_their_axis(axis: int) -> None:
    values = torch.randn(2, 1, 6, 6, 6)
    placing = eye(2)
    placing.flip[:, axis] = True
    torch.testing.assert_close(warp_cubes(values, placing, 6), values.flip(2 + axis), atol=1e-5, rtol=1e-5)


def test_a_box_is_the_part_it_says() -> None:
    values = torch.randn(1, 1, 8, 8, 8)
    placing = Placing3d(torch.tensor([[0.5, 0.25, 0, 0.5]]), eye(1).flip, eye(1).turn)
    torch.testing.assert_close(warp_cubes(values, placing, 4), values[..., 4:, 2:6, :4], atol=1e-5, rtol=1e-5)


def test_a_quarter_turn_is_one() -> None:
    values = torch.randn(1, 1, 6, 6, 6)
    turn = torch.tensor([[[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]])  # of the first axis into the second
    seen = warp_cubes(values, Placing3d(eye(1).box, eye(1).flip, turn), 6)
    torch.testing.assert_close(seen, torch.rot90(values, -1, (2, 3)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("side", "size"), [(1, 4), (2, 5), (9, 6), (24, 24)])
def test_a_warp_is_trilinear_sampling(side: int, size: int) -> None:
    values = torch.randn(5, 2, side, side, side)
    placing = draw_cubes(draw(5), 1, scale=(0.2, 1.0), flip=(0, 1, 2), degrees=180).flat()
    matrix = placing.turn * (torch.where(placing.flip, -1.0, 1.0) * placing.box[:, 3:])[:, None]
    middle = 2 * placing.box[:, :3] + placing.box[:, 3:] - 1
    theta = torch.cat([matrix.flip(1, 2), middle.flip(1)[..., None]], -1)
    grid = torch.nn.functional.affine_grid(theta, [5, 2, size, size, size], align_corners=False)
    want = torch.nn.functional.grid_sample(values, grid, padding_mode="border", align_corners=False)
    torch.testing.assert_close(warp_cubes(values, placing, size), want, atol=1e-3, rtol=1e-4)


def test_missing_voxels_stay_missing_and_dim_no_others() -> None:
    values = torch.full((1, 1, 8, 8, 8), 3.0)
    values[..., :3, :, :] = torch.nan
    seen = warp_cubes(values, Placing3d(torch.tensor([[0.1, 0.1, 0.1, 0.8]]), eye(1).flip, eye(1).turn), 8)
    there = seen.isfinite()
    assert 0 < int(there.sum()) < 512
    torch.testing.assert_close(seen[there], torch.full_like(seen[there], 3.0))


def test_bending_keeps_least_greatest_and_order() -> None:
    values = torch.randn(6, 1, 1, 4, 4, 4)
    values[0, 0, 0, 0] = torch.nan
    bent, exponent = bend(values, draw(), 2.0)
    assert exponent.shape == (6, 1)
    assert 0.5 <= float(exponent.min()) < 1 < float(exponent.max()) <= 2
    assert torch.equal(bent.isnan(), values.isnan())
    for a, b in zip(values.flatten(1), bent.flatten(1), strict=True):
        a, b = a[a.isfinite()], b[b.isfinite()]
        assert torch.equal(a.argsort(), b.argsort())
        torch.testing.assert_close(torch.stack([b.min(), b.max()]), torch.stack([a.min(), a.max()]))


def test_a_volume_of_one_value_or_none_is_bent_to_itself() -> None:
    values = torch.full((2, 1, 1, 4, 4, 4), 5.0)
    values[1] = torch.nan
    bent, _ = bend(values, draw(2), 2.0)
    torch.testing.assert_close(bent[0], values[0])
    assert bool(bent[1].isnan().all())


def test_noise_has_the_deviation_it_says() -> None:
    seen, level = speckle(torch.zeros(40, 1, 1, 12, 12, 12), draw(40), 0.5)
    torch.testing.assert_close(seen.flatten(1).std(1), level[:, 0], rtol=0.1, atol=1e-3)
    assert float(level.max()) <= 0.5
    assert not torch.equal(seen[0] / level[0], seen[1] / level[1])


def test_without_augmentation_a_look_is_the_volume() -> None:
    modality, view = volumes(**STILL)
    seen, plain = modality.augment(view, draw()), modality.prepare(view)
    torch.testing.assert_close(seen.value.nan_to_num(0), plain.value.nan_to_num(0), atol=1e-3, rtol=1e-3)


def test_looks_are_keyed_and_differ() -> None:
    modality, view = volumes()
    one, same, other = (modality.augment(view, draw(step=s)).value.nan_to_num(9) for s in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    some = modality.augment(view[2:4], Draw(1, 0, torch.arange(2, 4))).value.nan_to_num(9)
    assert torch.equal(some, one[2:4])


def test_finer_storage_gives_finer_small_looks() -> None:
    fine = np.random.default_rng(0).normal(size=(32, 32, 32))
    scan = Volume.read(fine)
    coarse = Volume.adapt([scan], size=8, scale="0.01,0.02")
    sharp = Volume.adapt([scan], size=8, stored=32, scale="0.01,0.02")
    stored = sharp.collate([[scan]])
    assert stored.value.shape[-1] == 32
    assert sharp.prepare(stored).value.shape[-1] == 8
    a, b = (m.augment(m.collate([[scan]]), draw(1)).value.std() for m in (coarse, sharp))
    assert float(b) > 2 * float(a)  # noise that is averaged over 4 x 4 x 4 voxels is 8 times fainter


def test_other_channels_do_not_fit() -> None:
    modality, _ = volumes(n=2)
    two = Scan(np.zeros((2, 8, 8, 8), np.float32))
    assert modality.unfit(two) == "has 2 channels where the slot has 1"
    assert modality.collate([[two]]).present.tolist() == [[False]]


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_encoders_read_the_mean_where_nothing_is(name: str) -> None:
    modality, view = volumes()
    torch.manual_seed(0)
    net = modality.encoders[name](modality, dim=32).eval()
    seen = modality.prepare(view).value[:, 0]
    assert bool(seen.isnan().any())
    a, b = net(seen), net(seen.nan_to_num(0))
    a, b = (a, b) if name == "conv" else (a.pooled, b.pooled)
    assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sise": 3}, "no option 'sise'; it has size"),
        ({"size": 10, "patch": 4}, "size 10 cannot be cut into patches of 4"),
        ({"scale": "0.5"}, "scale is .0.5.; it takes 2 values"),
        ({"flip": "3"}, "flip is 3; it must lie between 0 and 2"),
        ({"standardise": "x"}, "must be one of sample, data"),
        ({"gamma": 0.5}, "gamma is 0.5; it must lie between 1 and 10"),
    ],
)
def test_options_out_of_range_are_named(options: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        volumes(n=1, **{**{"patch": None}, **options})


@given(shape=st.tuples(*[st.integers(4, 20)] * 3), level=st.floats(-1e6, 1e6), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_any_volume_gives_finite_or_missing_looks(shape: tuple[int, int, int], level: float, seed: int) -> None:
    scan = Volume.read(np.random.default_rng(seed).normal(size=shape) + level)
    modality = Volume.adapt([scan], **OPTIONS)
    seen = modality.augment(modality.collate([[scan]]), draw(1, seed)).value
    assert bool(seen.isfinite().any())
    assert not bool(seen.isinf().any())
