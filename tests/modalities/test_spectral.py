"""Rasters of any bands: what is read, fitted, stored, looked at and shown."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from coview.batch import View
from coview.errors import UserError
from coview.modalities.registry import modality_from_config
from coview.modalities.spectral import Spectral
from coview.modalities.spectral.bands import match, named, nanometres, union
from coview.modalities.spectral.read import Raster
from coview.modalities.spectral.resize import resize
from coview.nn.encoder import build_encoder
from coview.views.bands import draw_turns, drop_bands, warp_bands
from coview.views.draw import Draw

WAVES = (490.0, 560.0, 665.0, 840.0)


def bands(seed: int = 0, channels: int = 4, side: int = 16) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(channels, 4, 4)) * np.arange(1, channels + 1)[:, None, None] + 10
    return np.kron(coarse, np.ones((1, side // 4, side // 4))).astype(np.float32)


def rasters(n: int = 20, waves: tuple[float, ...] | None = WAVES) -> list[Raster]:
    return [Raster(bands(i), waves) for i in range(n)]


@pytest.fixture(scope="module")
def spectral() -> Spectral:
    return Spectral.adapt(rasters())


@pytest.fixture(scope="module")
def view(spectral: Spectral) -> View:
    holed = bands(3).copy()
    holed[:, :5, :7] = np.nan
    few = Raster(bands(4)[[3, 1]], (WAVES[3], WAVES[1]))
    many = [*rasters(6), Raster(holed, WAVES), few]
    return spectral.collate([[many[i], many[i + 4]] for i in range(4)])


def draw(n: int, step: int = 5) -> Draw:
    return Draw(3, step, torch.arange(n) * 1_000_003)


# Bands


@pytest.mark.parametrize(
    ("name", "nm"),
    [("red", 665), ("NIR", 840), ("SWIR_1", 1610), ("Band 8 842 nm", 842), ("1.61 um", 1610), ("B4", None), ("", None)],
)
def test_names_say_wavelengths(name: str, nm: float | None) -> None:
    assert named(name) == nm


def test_micrometres_are_nanometres() -> None:
    assert nanometres([0.49, 560, 10.9]) == (490.0, 560.0, 10_900.0)


def test_bands_of_two_sensors_join_where_they_are_one() -> None:
    landsat, sentinel = (482.0, 561.0, 655.0), (490.0, 560.0, 665.0, 842.0)
    assert union([sentinel, landsat]) == sentinel
    assert match(landsat, sentinel) == [0, 1, 2, None]
    assert match(sentinel[::-1], sentinel) == [3, 2, 1, 0]


def test_no_band_is_taken_twice() -> None:
    assert match((660.0,), (655.0, 670.0)) == [0, None]


# Fitting and storing


def test_bands_are_standardised_one_by_one(spectral: Spectral) -> None:
    stored = spectral.collate([[raster] for raster in rasters()]).value.float()
    torch.testing.assert_close(stored.mean((0, 1, 3, 4)), torch.zeros(4), atol=2e-2, rtol=0)
    torch.testing.assert_close(stored.std((0, 1, 3, 4)), torch.ones(4), atol=2e-2, rtol=0)


def test_pictures_of_two_sensors_share_a_slot() -> None:
    visible, infrared = (Raster(bands(1)[at], tuple(WAVES[i] for i in at)) for at in ([0, 1, 2], [3, 1]))
    fitted = Spectral.adapt([visible, infrared] * 5)
    assert fitted.wavelengths == WAVES
    stored = fitted.collate([[visible], [infrared]]).value[:, 0].isfinite().all(-1).all(-1)
    assert stored.tolist() == [[True, True, True, False], [False, True, False, True]]


def test_bands_in_another_order_are_stored_alike(spectral: Spectral) -> None:
    order = [2, 0, 3, 1]
    turned = Raster(bands(5)[order], tuple(WAVES[i] for i in order))
    assert torch.equal(spectral.collate([[turned]]).value, spectral.collate([[Raster(bands(5), WAVES)]]).value)


def test_what_is_saved_reads_alike(spectral: Spectral, view: View) -> None:
    again = modality_from_config({"modality": "spectral", **json.loads(json.dumps(spectral.config()))})
    assert again.config() == spectral.config()
    assert torch.equal(
        again.augment(view, draw(4)).value.nan_to_num(9), spectral.augment(view, draw(4)).value.nan_to_num(9)
    )


@pytest.mark.parametrize(("side", "size", "patch"), [(3, 3, 1), (7, 7, 1), (16, 16, 2), (30, 32, 4), (400, 64, 8)])
def test_size_and_patch_follow_the_data(side: int, size: int, patch: int) -> None:
    fitted = Spectral.adapt([Raster(np.random.default_rng(0).normal(size=(2, side, side + 3)).astype(np.float32))])
    assert (fitted.size, fitted.patch) == (size, patch)


def test_a_band_that_never_changes_is_not_blown_up() -> None:
    values = [np.concatenate([bands(i), np.full((1, 16, 16), 7.0, np.float32)]) for i in range(5)]
    fitted = Spectral.adapt([Raster(v) for v in values])
    stored = fitted.collate([[Raster(v)] for v in values]).value
    assert stored[:, :, 4].abs().max() == 0
    assert stored.isfinite().all()


def test_resizing_reads_only_what_is_there() -> None:
    values = torch.ones(1, 1, 8, 8)
    values[..., :3] = torch.nan
    small = resize(values, (4, 4))
    assert torch.equal(small.isnan()[0, 0, 0], torch.tensor([True, False, False, False]))
    torch.testing.assert_close(small[small.isfinite()], torch.ones(12))


# Looks


def test_a_look_is_one_of_eight_ways_of_a_square() -> None:
    """Of the whole picture: every way is an exact rearrangement of its pixels."""
    picture = torch.randn(1, 2, 6, 6, generator=torch.Generator().manual_seed(0))
    ways = [torch.rot90(p, k, (-2, -1)) for p in (picture, picture.flip(-1)) for k in range(4)]
    placing = draw_turns(draw(64), 1, (1.0, 1.0))
    placing.box[:] = torch.tensor([0.0, 0.0, 1.0, 1.0])
    seen = warp_bands(picture.expand(64, -1, -1, -1), placing.flat(), (6, 6))
    met = {min(range(8), key=lambda w: float((look - ways[w][0]).abs().max())) for look in seen}
    assert met == set(range(8))
    assert max(min(float((look - way[0]).abs().max()) for way in ways) for look in seen) < 1e-4


def test_holes_stay_holes_and_do_not_spread() -> None:
    values = torch.ones(32, 1, 8, 8)
    values[:, :, 2:5, 2:5] = torch.nan
    seen = warp_bands(values, draw_turns(draw(32), 1, (0.3, 1.0)).flat(), (8, 8))
    assert seen.isnan().any()
    torch.testing.assert_close(seen[seen.isfinite()], torch.ones_like(seen[seen.isfinite()]))


def test_a_look_depends_on_its_sample_and_key_alone(spectral: Spectral, view: View) -> None:
    whole, part = spectral.augment(view, draw(4)), spectral.augment(view[2:3], draw(4).of(draw(4).key[2:3]))
    assert torch.equal(whole.value[2:3].nan_to_num(9), part.value.nan_to_num(9))


def test_some_bands_are_dropped_but_never_all() -> None:
    values = torch.zeros(500, 1, 4, 2, 2)
    values[:, :, 3] = torch.nan
    seen, dropped = drop_bands(values, 0.7, draw(500))
    assert not dropped[:, 0, 3].any()
    assert seen.isfinite().flatten(1).any(1).all()
    assert float(dropped[:, 0, :3].float().mean()) == pytest.approx(0.7, abs=0.15)
    assert torch.equal(seen.isnan().all(-1).all(-1), dropped | torch.tensor([False, False, False, True]))


def test_light_changes_all_bands_alike() -> None:
    fitted = Spectral.adapt(rasters(), drop=0.0, jitter=0.4, scale=(1.0, 1.0))
    view = fitted.collate([[raster] for raster in rasters(8)])
    seen = fitted.augment(view, draw(8))
    factor, shift = seen.params["jitter"][:, 0].unbind(-1)
    plain = fitted.prepare(view).value[:, 0].flatten(2).sort(-1).values
    # the area of 1 leaves the picture's shape to chance: extremes of each band are met all the same
    for extreme in (0, -1):
        expected = plain[..., extreme] * factor[:, None] + shift[:, None]
        got = seen.value[:, 0].flatten(2).sort(-1).values[..., extreme]
        torch.testing.assert_close(got, expected, atol=0.02, rtol=0.02)


# Tokens


def test_tokens_invert_with_their_holes(spectral: Spectral, view: View) -> None:
    seen = spectral.prepare(view)
    cut = spectral.tokens(seen)
    assert cut.value.shape == (4, 2, 64, spectral.token_dim)
    assert torch.equal(spectral.untokens(cut.value, seen).nan_to_num(9), seen.value.nan_to_num(9))


def test_only_what_is_there_is_compared(spectral: Spectral) -> None:
    tokens = torch.tensor([[1.0, torch.nan, 3.0], [torch.nan, torch.nan, torch.nan]])
    told = torch.tensor([[2.0, 50.0, 1.0], [1.0, 1.0, 1.0]], requires_grad=True)
    loss = spectral.token_loss(told, tokens)
    assert loss.tolist() == [2.5, 0.0]
    assert spectral.token_distance(told, tokens).tolist() == [1.5, 0.0]
    loss.sum().backward()
    assert told.grad is not None
    assert torch.equal(told.grad, torch.tensor([[1.0, 0.0, -2.0], [0.0, 0.0, 0.0]]))


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_a_picture_lacking_bands_is_embedded_beside_whole_ones(spectral: Spectral, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(spectral, "scene", name, dim=32).double().eval()
    seen = spectral.prepare(view)
    together = encoder(seen).pooled
    assert together.isfinite().all()
    alone = torch.cat([encoder(seen[i : i + 1]).pooled for i in range(4)])
    assert torch.allclose(together, alone, rtol=1e-10, atol=1e-12)


def test_raw_rows_are_finite_and_tell_missing_bands(spectral: Spectral, view: View) -> None:
    raw = spectral.raw(view)
    assert raw.isfinite().all()
    assert raw[3, 1, -4:].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_pictures_are_in_true_colours_with_holes_grey(spectral: Spectral) -> None:
    values = np.zeros((4, 16, 16), np.float32)
    values[2, :, 8:] = 9.0  # red on the right
    values[:, :4, :4] = np.nan
    (picture,) = spectral.show(spectral.collate([[Raster(values, WAVES)]]))[0]
    assert picture is not None
    assert picture.getpixel((12, 12)) == (255, picture.getpixel((2, 12))[1], picture.getpixel((2, 12))[2])
    assert picture.getpixel((1, 1)) == (235, 235, 235)


# What does not fit


def test_other_bands_do_not_fit_and_say_so(spectral: Spectral) -> None:
    thermal = Raster(bands(channels=2), (10_900.0, 12_000.0))
    assert spectral.unfit(thermal) == "has bands at 10900, 12000 nm, and the slot at 490, 560, 665, 840 nm"
    unnamed = Raster(bands(channels=7))
    assert spectral.unfit(unnamed) == "has 7 bands where the slot has 4, and names no wavelengths"
    assert spectral.unfit(Raster(bands())) is None  # four bands in their usual order
    view = spectral.collate([[thermal], [unnamed], [Raster(bands(), WAVES)]])
    assert view.present.tolist() == [[False], [False], [True]]
    assert not view.value[:2].any()


def test_a_picture_whose_only_known_band_is_empty_does_not_fit(spectral: Spectral) -> None:
    values = np.stack([np.full((16, 16), np.nan), np.ones((16, 16))]).astype(np.float32)
    assert spectral.unfit(Raster(values, (490.0, 12_000.0))) == "holds no data in the bands of the slot"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bands": 3}, "has no option 'bands'"),
        ({"size": 1}, "size is 1"),
        ({"scale": "0.9,0.2"}, "scale is the least and the greatest, not 0.9, 0.2"),
        ({"size": 15, "patch": 4}, "cannot be cut into patches of 4"),
    ],
)
def test_options_without_sense_are_explained(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Spectral.adapt(rasters(3), **options)


def test_wavelengths_that_a_user_names_hold_for_arrays() -> None:
    fitted = Spectral.adapt(rasters(5, None), wavelengths="0.49,0.56,0.665,0.84")
    assert fitted.wavelengths == pytest.approx(WAVES)
    with pytest.raises(UserError, match="2 wavelengths were named, and the rasters have 4 bands"):
        Spectral.adapt(rasters(5, None), wavelengths="490,560")


def test_a_raster_is_noted_of_which_more_than_half_is_left_out(spectral: Spectral) -> None:
    wide = np.concatenate([bands(), bands(1), bands(2)], 2)
    assert spectral.notes(Raster(wide, WAVES)) == ["read at the middle square alone, less than half of each"]
    assert spectral.notes(Raster(wide[..., :32], WAVES)) == []
