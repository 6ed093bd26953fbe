import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from torchvision.transforms.v2 import functional as V

from coview.batch import View
from coview.errors import UserError
from coview.modalities.image import Image
from coview.modalities.registry import modality_class, modality_from_config
from coview.views.draw import Draw


def items(n: int = 6, c: int = 3, h: int = 40, w: int = 36) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(n)
    return [torch.randint(0, 256, (c, h, w), dtype=torch.uint8, generator=generator) for _ in range(n)]


def stored(modality: Image, b: int = 6, v: int = 2) -> View:
    many = items(b * v, modality.channels)
    return modality.collate([many[i * v : (i + 1) * v] for i in range(b)])


def draw(n: int) -> Draw:
    return Draw(3, 5, torch.arange(n) * 1_000_003)


def test_it_is_found_by_name():
    assert modality_class("image") is Image


@pytest.mark.parametrize(("side", "size"), [(28, 28), (30, 32), (33, 32), (1, 8), (400, 64)])
def test_the_size_is_the_median_side_within_limits(side: int, size: int):
    assert Image.adapt(items(3, h=side, w=side + 5)).size == size


def test_size_channels_and_patch_follow_options():
    fitted = Image.adapt(items(), size=24, channels=1, patch=6)
    assert (fitted.size, fitted.channels, fitted.patch, fitted.token_dim) == (24, 1, 6, 36)


@pytest.mark.parametrize(("have", "channels"), [((1, 1), 1), ((1, 1, 3), 3), ((6, 6, 3), 6)])
def test_channels_are_those_of_the_pictures(have: tuple[int, ...], channels: int):
    assert Image.adapt([items(1, c)[0] for c in have]).channels == channels


def test_prepared_pictures_have_mean_0_and_deviation_1_in_each_channel():
    scaled = [(x * torch.tensor([1.0, 0.5, 0.2])[:, None, None]).to(torch.uint8) for x in items(20, h=32, w=32)]
    fitted = Image.adapt(scaled)
    pixels = fitted.prepare(fitted.collate([[x] for x in scaled])).value
    torch.testing.assert_close(pixels.mean((0, 1, 3, 4)), torch.zeros(3), atol=1e-3, rtol=0)
    torch.testing.assert_close(pixels.std((0, 1, 3, 4)), torch.ones(3), atol=1e-3, rtol=0)


def test_pictures_of_one_colour_do_not_divide_by_nothing():
    white = [torch.full((1, 9, 9), 255, dtype=torch.uint8)] * 3
    fitted = Image.adapt(white)
    assert fitted.prepare(fitted.collate([[x] for x in white])).value.abs().max() < 1e-4


def test_what_it_knows_survives_as_json():
    fitted = Image.adapt(items(), flip=False, scale=(0.3, 0.9))
    again = modality_from_config({"modality": "image", **json.loads(json.dumps(fitted.config()))})
    assert again.config() == fitted.config()
    assert torch.equal(again.augment(stored(again), draw(6)).value, fitted.augment(stored(fitted), draw(6)).value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sise": 32}, "sise.*size"),
        ({"size": 30}, "multiple of 4.*try 32"),
        ({"size": 32, "patch": 5}, "patches of 5"),
        ({"scale": (0.5, 2.0)}, "scale is 2.0"),
        ({"channels": 4}, "4 channels"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict, message: str):
    with pytest.raises(UserError, match=message):
        Image.adapt(items(), **options)


def test_nothing_to_fit_to_is_refused():
    with pytest.raises(UserError, match="no picture"):
        Image.adapt([])


def test_pictures_are_stored_as_torchvision_resizes_and_crops_them():
    picture = items(1, 3, 60, 90)[0].float()[None]
    smooth = V.gaussian_blur(picture, [9, 9], [2.0, 2.0]).to(torch.uint8)[0]
    got = Image(32).collate([[smooth]]).value[0, 0]
    want = V.center_crop(V.resize(smooth, 32, antialias=True), 32)
    # the outermost pixels differ: here the crop comes first, and the filter does not reach beyond it
    assert (got.int() - want.int())[:, 2:-2, 2:-2].abs().max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 7), (64, 64)])
def test_pictures_of_any_shape_become_squares(shape: tuple[int, int]):
    picture = torch.full((3, *shape), 90, dtype=torch.uint8)
    assert (Image(16).collate([[picture]]).value == 90).all()


def test_absent_pictures_are_absent_zeros():
    view = Image(16).collate([[items(1)[0], None], [None, None]])
    assert view.present.tolist() == [[True, False], [False, False]]
    assert not view.value[~view.present].any()


def test_grey_is_repeated_and_colour_is_weighed_to_grey():
    grey, colour = items(1, 1, 16, 16)[0], items(1, 3, 16, 16)[0]
    assert torch.equal(Image(16, 3).collate([[grey]]).value[0, 0], grey.expand(3, -1, -1))
    ours = Image(16, 1).collate([[colour]]).value[0, 0].int()
    theirs = np.asarray(Pillow.fromarray(colour.permute(1, 2, 0).numpy()).convert("L"))
    assert (ours - torch.from_numpy(theirs.copy()).int()).abs().max() <= 1


def test_pictures_whose_channels_do_not_fit_are_left_out_and_named():
    with pytest.warns(UserWarning, match=r"\[6\] channels"):
        view = Image(16, 3).collate([[items(1, 6)[0]], [items(1, 3)[0]]])
    assert view.present[:, 0].tolist() == [False, True]


def test_augmentation_returns_what_it_drew():
    modality = Image.adapt(items())
    got = modality.augment(stored(modality), draw(6))
    shapes = {name: tuple(p.shape) for name, p in got.params.items()}
    assert shapes == {"box": (6, 2, 4), "flip": (6, 2), "angle": (6, 2), "color": (6, 2, 4)}
    assert got.value.shape == (6, 2, 3, 36, 36)
    assert got.value.dtype == torch.float32


def test_an_augmentation_of_nothing_is_what_prepare_returns():
    modality = Image.adapt(items(), size=32, scale=(1.0, 1.0), flip=False, degrees=0, color=0, grey=0)
    view = stored(modality)
    torch.testing.assert_close(modality.augment(view, draw(6)).value, modality.prepare(view).value, atol=1e-3, rtol=0)


@pytest.mark.parametrize(("channels", "size"), [(3, 32), (1, 28), (6, 16), (3, 64)])
def test_looks_do_not_depend_on_chunk_or_order(channels: int, size: int):
    modality = Image.adapt(items(4, channels), size=size)
    view, keys = stored(modality, b=9), draw(9)
    whole = modality.augment(view, keys).value
    for rows in (slice(0, 1), slice(1, 4), slice(4, 9)):
        assert torch.equal(modality.augment(view[rows], keys.of(keys.key[rows])).value, whole[rows])
    order = torch.randperm(9, generator=torch.Generator().manual_seed(0))
    assert torch.equal(modality.augment(view[order], keys.of(keys.key[order])).value, whole[order])


def test_looks_differ_between_views_samples_steps_and_scopes():
    modality = Image.adapt(items())
    one = items(1)[0]
    view = modality.collate([[one, one], [one, one]])
    keys = draw(2)
    a = modality.augment(view, keys).value
    different = [a[0, 1], a[1, 0], modality.augment(view, keys / "b").value[0, 0]]
    different.append(modality.augment(view, Draw(3, 6, keys.key)).value[0, 0])
    assert all((x - a[0, 0]).abs().max() > 0.1 for x in different)


def test_blur_begins_at_64_pixels():
    for size, blurred in ((60, False), (64, True)):
        modality = Image.adapt(items(), size=size)
        assert ("blur" in modality.augment(stored(modality), draw(6)).params) is blurred


def test_no_flip_where_mirrored_is_not_the_same():
    modality = Image.adapt(items(), flip=False)
    assert not modality.augment(stored(modality, b=50), draw(50)).params["flip"].any()


@pytest.mark.parametrize(("size", "side"), [(1.0, 32), (0.5, 16), (0.45, 16), (0.1, 8)])
def test_crops_have_whole_patches(size: float, side: int):
    modality = Image(32)
    got = modality.crop(stored(modality), draw(6), scale=(0.1, 0.3), size=size)
    assert got.value.shape[-2:] == (side, side)
    assert modality.tokens(got).value.shape[2] == (side // 4) ** 2


@given(
    st.sampled_from([4, 8, 12, 20, 28, 32, 44, 64]), st.integers(1, 6), st.sampled_from([None, 2, 4]), st.integers(0, 3)
)
@settings(max_examples=40, deadline=None)
def test_tokens_are_turned_back(size: int, channels: int, patch: int | None, b: int):
    modality = Image(size, channels, patch=patch)
    view = View(torch.rand(b, 2, channels, size, size), "image", torch.ones(b, 2, dtype=torch.bool))
    cut = modality.tokens(view)
    high, wide = modality.grid(view)
    assert cut.value.shape == (b, 2, high * wide, modality.token_dim)
    assert torch.equal(modality.untokens(cut.value, view), view.value)


def test_tokens_are_patches_row_by_row():
    modality = Image(8, 1, patch=4)
    value = torch.arange(64.0).view(1, 1, 1, 8, 8)
    cut = modality.tokens(View(value, "image", torch.ones(1, 1, dtype=torch.bool))).value[0, 0]
    assert torch.equal(cut[1].view(4, 4), value[0, 0, 0, :4, 4:])
    assert torch.equal(cut[2].view(4, 4), value[0, 0, 0, 4:, :4])


def test_an_oblong_value_has_an_oblong_grid_and_one_that_does_not_fit_is_refused():
    modality = Image(32)
    there = torch.ones(1, 1, dtype=torch.bool)
    assert modality.grid(View(torch.zeros(1, 1, 3, 16, 24), "image", there)) == (4, 6)
    with pytest.raises(UserError, match="30 x 32"):
        modality.grid(View(torch.zeros(1, 1, 3, 30, 32), "image", there))


def test_a_token_always_has_values_to_normalise():
    """One pixel of one channel has no variance; the smallest patch has four."""
    assert Image(8, 1).token_dim == 4
    tokens = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(0))
    assert Image(8, 1).token_loss(torch.zeros(2, 3, 4), tokens).isfinite().all()


@pytest.mark.parametrize(("size", "side"), [(16, 16), (32, 32), (64, 32)])
def test_raw_is_pixels_from_0_to_1_at_most_32_a_side(size: int, side: int):
    modality = Image(size)
    raw = modality.raw(stored(modality))
    assert raw.shape == (6, 2, 3 * side * side)
    assert raw.min() >= 0
    assert raw.max() <= 1


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (6, "RGB")])
def test_pictures_are_shown(channels: int, mode: str):
    modality = Image(16, channels)
    view = modality.collate([[items(1, channels, 16, 16)[0], None]])
    (shown, absent), *_ = modality.show(view)
    assert absent is None
    assert shown.mode == mode
    assert np.array_equal(np.asarray(shown).reshape(16, 16, -1)[..., 0], view.value[0, 0, 0].numpy())


@pytest.mark.parametrize(("height", "width", "noted"), [(8, 8, False), (8, 16, False), (8, 17, True), (17, 8, True)])
def test_a_picture_is_noted_of_which_more_than_half_is_left_out(height: int, width: int, noted: bool):
    note = "read at the middle square alone, less than half of each"
    assert Image(8).notes(items(1, 3, height, width)[0]) == ([note] if noted else [])
