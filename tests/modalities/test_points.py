from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.batch import View
from coview.errors import UserError
from coview.modalities.points import Points
from coview.modalities.points.patches import centres_first, farthest_points, nearest, z_order
from coview.views.draw import Draw
from tests.contracts.items.points import OPTIONS, item


def clouds(n: int = 5, **options: object) -> tuple[Points, View]:
    rng = np.random.default_rng(0)
    items = [Points.read(item(rng)) for _ in range(n)]
    modality = Points.adapt(items, **{**OPTIONS, **options})
    return modality, modality.collate([[x] for x in items])


def draw(n: int = 5, step: int = 0) -> Draw:
    return Draw(1, step, torch.arange(n))


def test_clouds_are_centred_and_of_radius_one() -> None:
    _, view = clouds()
    points = view.value[:, 0]
    radius = points.norm(dim=-1).amax(1)
    assert float(radius.max()) <= 1 + 1e-6
    assert float(radius.min()) > 0.9  # a corner of the box may be among the points that are not stored
    middle = (points.amin(1) + points.amax(1)) / 2
    assert float(middle.abs().max()) < 0.1


def test_one_scale_for_all_keeps_sizes_apart() -> None:
    rng = np.random.default_rng(0)
    small = Points.read(item(rng))
    modality = Points.adapt([small, 10 * small], **OPTIONS, scale="data")
    view = modality.collate([[small], [10 * small]])
    torch.testing.assert_close(10 * view.value[0], view.value[1], rtol=1e-5, atol=1e-6)
    again = Points.from_config(modality.config())
    torch.testing.assert_close(again.collate([[small]]).value[0], view.value[0])


@pytest.mark.parametrize(("up", "axis"), [("x", 0), ("y", 1), ("z", 2)])
def test_the_axis_named_points_up(up: str, axis: int) -> None:
    cloud = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    modality = Points.adapt([cloud], size=60, up=up)
    stored = modality.collate([[cloud]]).value[0, 0, :60].numpy()
    height = cloud[:, axis] - (cloud[:, axis].min() + cloud[:, axis].max()) / 2
    assert np.corrcoef(stored[:, 2], height)[0, 1] > 0.999
    assert np.linalg.det(np.linalg.lstsq(cloud - cloud.mean(0), stored - stored.mean(0), rcond=None)[0]) > 0


def test_farthest_points_are_farthest() -> None:
    points = torch.rand(3, 40, 3, generator=torch.Generator().manual_seed(0))
    at = farthest_points(points, 10)
    assert (at[:, 0] == 0).all()
    for cloud, chosen in zip(points, at.tolist(), strict=True):
        for i in range(1, 10):
            apart = torch.cdist(cloud, cloud[chosen[:i]]).amin(1)
            assert int(apart.argmax()) == chosen[i]


def test_farthest_points_of_few_places_are_all_different() -> None:
    points = torch.eye(3).repeat(1, 5, 1)
    assert len(set(farthest_points(points, 15)[0].tolist())) == 15
    assert len({tuple(p) for p in points[0, farthest_points(points, 3)[0]].tolist()}) == 3


def test_centres_come_first_and_nothing_is_lost() -> None:
    points = torch.rand(2, 30, 3)
    ordered = centres_first(points, 7)
    for before, after in zip(points, ordered, strict=True):
        assert {tuple(p) for p in before.tolist()} == {tuple(p) for p in after.tolist()}
    chosen = {tuple(p) for p in points[0, farthest_points(points, 7)[0]].tolist()}
    assert {tuple(p) for p in ordered[0, :7].tolist()} == chosen


def test_the_order_of_a_line_is_along_it() -> None:
    line = torch.linspace(0, 1, 9)[:, None] * torch.ones(3)
    mixed = torch.randperm(9, generator=torch.Generator().manual_seed(0))
    assert mixed[z_order(line[mixed][None])[0]].tolist() == list(range(9))


def test_patches_are_nearest_neighbours() -> None:
    points = torch.rand(2, 50, 3, generator=torch.Generator().manual_seed(0))
    near = nearest(points, points[:, :4], 6)
    want = torch.cdist(points[:, :4], points).topk(6, largest=False).values
    torch.testing.assert_close((near - points[:, :4, None]).norm(dim=-1).sort(-1).values, want, atol=1e-3, rtol=1e-3)


def test_untokens_gives_points_of_the_cloud() -> None:
    modality, view = clouds()
    seen = modality.prepare(view)
    tokens = modality.tokens(seen)
    assert tokens.value.shape == (5, 1, 6, 24)
    back = modality.untokens(tokens.value, seen)
    apart = torch.cdist(back[:, 0], seen.value[:, 0]).amin(-1)
    assert float(apart.max()) < 1e-3


def test_the_loss_of_a_patch_reads_no_order() -> None:
    modality, view = clouds()
    tokens = modality.tokens(modality.prepare(view)).value
    mixed = tokens.unflatten(-1, (8, 3))[..., torch.randperm(8), :].flatten(-2)
    for loss in (modality.token_loss, modality.token_distance):
        assert float(loss(mixed, tokens).abs().max()) < 1e-6
        assert float(loss(mixed + 0.1, tokens).min()) > 0


@pytest.mark.parametrize("name", ["pointnet", "vit"])
def test_encoders_read_no_order_of_points(name: str) -> None:
    modality, view = clouds()
    torch.manual_seed(0)
    net = modality.encoders[name](modality, dim=32).eval()
    value = modality.prepare(view).value[:, 0]
    others = 6 + torch.randperm(42)
    mixed = torch.cat([value[:, :6], value[:, others]], 1)  # the centres stay where they are
    a, b = (net(x) if name == "pointnet" else net(x).pooled for x in (value, mixed))
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_a_look_is_turned_about_the_vertical_by_what_it_says() -> None:
    still = {"shift": 0, "jitter": 0, "dropout": 0, "cutout": 0, "crop": 1, "scaling": 1}
    modality, view = clouds(**still)
    seen = modality.augment(view, draw())
    matrix = seen.params["matrix"]
    torch.testing.assert_close(matrix @ matrix.mT, torch.eye(3).expand_as(matrix), rtol=0, atol=1e-5)
    torch.testing.assert_close(matrix[..., 2, 2], torch.ones(5, 1))
    back = seen.value @ matrix  # R^T p
    apart = torch.cdist(back[:, 0], view.value[:, 0]).amin(-1)
    assert float(apart.max()) < 1e-2


def test_stretch_and_shift_are_what_they_say() -> None:
    modality, view = clouds(jitter=0)
    seen = modality.augment(view, draw())
    shifted = seen.value - seen.params["shift"][:, :, None]
    back = torch.linalg.solve(seen.params["matrix"][:, 0], shifted[:, 0].mT).mT
    assert float(torch.cdist(back, view.value[:, 0]).amin(-1).max()) < 1e-2
    factor = seen.params["matrix"].norm(dim=-2)
    assert float(factor.max()) <= 1.25 + 1e-6
    assert float(factor.min()) >= 0.8 - 1e-6


def test_a_crop_keeps_the_share_around_one_place() -> None:
    whole = {"shift": 0, "jitter": 0, "dropout": 0, "cutout": 0, "scaling": 1, "rotation": 0}
    modality, view = clouds(**whole)
    seen = modality.crop(view, draw(), scale=(0.25, 0.25))
    for cloud in seen.value[:, 0]:
        assert len(torch.unique(cloud, dim=0)) == 12  # a quarter of 48
    assert float(seen.params["shares"][..., 0].min()) == 0.25


def test_looks_are_keyed_and_differ() -> None:
    modality, view = clouds()
    one, same, other = (modality.augment(view, draw(step=s)).value for s in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    some = modality.augment(view[2:4], Draw(1, 0, torch.arange(2, 4))).value
    assert torch.equal(some, one[2:4])


def test_small_crops_have_fewer_points_and_patches() -> None:
    modality, view = clouds()
    seen = modality.crop(view, draw(), scale=(0.3, 0.6), size=0.5)
    assert seen.value.shape == (5, 1, 24, 3)
    assert modality.grid(seen) == (3,)
    assert modality.tokens(seen).value.shape == (5, 1, 3, 24)
    assert modality.places(seen, 32).shape == (5, 1, 3, 32)


def test_a_blend_takes_its_share_of_points_and_of_centres() -> None:
    modality, view = clouds()
    seen = modality.prepare(view)
    mixed = modality.blend(seen, seen[[1, 2, 3, 4, 0]], torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    own = (mixed.value == seen.value).all(-1)[:, 0].float()
    assert [round(float(x), 1) for x in own.mean(1)] == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.06)
    assert float(own[2, :6].mean()) == pytest.approx(0.5, abs=0.2)


def test_raw_counts_every_point_once() -> None:
    modality, view = clouds()
    torch.testing.assert_close(modality.raw(view).sum(-1), torch.ones(5, 1))


def test_absent_clouds_are_zeros_and_absent() -> None:
    modality, _ = clouds()
    rng = np.random.default_rng(0)
    seen = modality.augment(modality.collate([[Points.read(item(rng))], [None]]), draw(2))
    assert seen.present.tolist() == [[True], [False]]
    assert bool(seen.value.isfinite().all())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"points": 3}, "no option 'points'; it has size"),
        ({"up": "q"}, "must be one of x, y, z"),
        ({"size": 4}, "size is 4; it must lie between 16 and 4,096"),
        ({"neighbours": 500}, "neighbours is 500"),
        ({"crop": 0}, "crop is 0"),
    ],
)
def test_options_out_of_range_are_named(options: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        Points.adapt([np.random.default_rng(0).normal(size=(9, 3))], **options)


@given(count=st.integers(8, 60), scale=st.floats(1e-3, 1e3), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_any_cloud_gives_finite_looks(count: int, scale: float, seed: int) -> None:
    cloud = np.random.default_rng(seed).normal(size=(count, 3)) * scale
    modality = Points.adapt([Points.read(cloud)], **OPTIONS)
    seen = modality.augment(modality.collate([[Points.read(cloud)]]), draw(1, seed))
    assert bool(seen.value.isfinite().all())
    assert float(seen.value.abs().max()) < 2
