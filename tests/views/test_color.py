import pytest
import torch
from torchvision.transforms.v2 import functional as V

from coview.views.color import LUMA, ColorShift, draw_color, shift_color
from coview.views.draw import Draw


def pictures(c: int = 3) -> torch.Tensor:
    """Values around the middle, which moderate factors do not drive to the clamp."""
    return torch.rand(4, c, 16, 16, generator=torch.Generator().manual_seed(1)) * 0.3 + 0.35


def shift(**change: float) -> ColorShift:
    return ColorShift(*(torch.full((4,), change.get(k, d)) for k, d in PLAIN.items()))


PLAIN = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}


def test_no_change_returns_the_picture():
    x = pictures()
    torch.testing.assert_close(shift_color(x, shift()), x, atol=1e-6, rtol=0)


@pytest.mark.parametrize("factor", [0.6, 0.9, 1.3])
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_one_factor_is_torchvisions_adjustment(name: str, factor: float):
    x = pictures()
    want = getattr(V, f"adjust_{name}")(x, factor)
    torch.testing.assert_close(shift_color(x, shift(**{name: factor})), want, atol=5e-4, rtol=0)


def test_all_factors_compose_in_the_order_named():
    x = pictures()
    want = V.adjust_saturation(V.adjust_contrast(V.adjust_brightness(x, 1.1), 0.8), 1.2)
    got = shift_color(x, shift(brightness=1.1, contrast=0.8, saturation=1.2))
    torch.testing.assert_close(got, want, atol=5e-4, rtol=0)


def test_saturation_zero_is_grey_with_the_same_luma():
    x = pictures()
    grey = shift_color(x, shift(saturation=0.0))
    torch.testing.assert_close(grey, V.rgb_to_grayscale(x, 3), atol=5e-4, rtol=0)


def test_a_turn_of_hue_keeps_luma_and_a_whole_turn_keeps_the_picture():
    x = pictures()
    luma = torch.tensor(LUMA)[:, None, None]
    turned = shift_color(x, shift(hue=0.1))
    torch.testing.assert_close((turned * luma).sum(1), (x * luma).sum(1), atol=1e-5, rtol=0)
    assert (turned - x).abs().max() > 0.02
    torch.testing.assert_close(shift_color(x, shift(hue=1.0)), x, atol=1e-5, rtol=0)


def test_hue_turns_red_towards_green_and_back_towards_blue_as_torchvision_does():
    red = torch.tensor([0.7, 0.3, 0.3])[None, :, None, None].expand(4, 3, 2, 2)
    for hue, up, down in ((0.1, 1, 2), (-0.1, 2, 1)):
        ours, theirs = shift_color(red, shift(hue=hue))[0, :, 0, 0], V.adjust_hue(red, hue)[0, :, 0, 0]
        assert ours[up] > ours[down]
        assert theirs[up] > theirs[down]


def test_what_leaves_the_range_is_clamped_once_at_the_end():
    x = pictures()
    got = shift_color(x, shift(brightness=3.0, contrast=0.2))  # brightness alone would be above 1 everywhere
    assert got.max() <= 1
    bright = x * 3
    mean = (bright * torch.tensor(LUMA)[:, None, None]).sum(1).mean((1, 2))[:, None, None, None]
    torch.testing.assert_close(got, (0.2 * bright + 0.8 * mean).clamp(0, 1), atol=1e-5, rtol=0)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_other_channel_counts_change_in_brightness_and_contrast_around_their_own_means(channels: int):
    x = pictures(channels)
    got = shift_color(x, shift(brightness=1.1, contrast=0.7, saturation=0.0, hue=0.3))
    mean = x.mean((2, 3), keepdim=True) * 1.1
    torch.testing.assert_close(got, 0.7 * (x * 1.1) + 0.3 * mean, atol=1e-5, rtol=0)


def test_shares_of_jitter_and_grey_follow_their_probabilities():
    drawn = draw_color(Draw(0, 0, torch.arange(4000)), 1, strength=0.5, probability=0.8, grey=0.2)
    assert (drawn.brightness != 1).float().mean() == pytest.approx(0.8, abs=0.02)
    assert (drawn.saturation == 0).float().mean() == pytest.approx(0.2, abs=0.02)
    assert drawn.brightness.min() >= 0.6
    assert drawn.brightness.max() <= 1.4
    assert drawn.hue.abs().max() <= 0.1


def test_autocast_does_not_round_colours():
    x = pictures()
    changed = shift(contrast=0.8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = shift_color(x, changed)
    assert torch.equal(cast, shift_color(x, changed))


@pytest.mark.parametrize("channels", [1, 3])
def test_frames_of_a_clip_change_as_one_picture_of_them_all(channels: int):
    clips = torch.rand(2, 4, channels, 5, 6)
    changed = ColorShift(*torch.tensor([[1.1, 0.8], [0.7, 1.2], [0.5, 1.0], [0.1, -0.2]]))
    together = clips.transpose(1, 2).flatten(2, 3)
    want = shift_color(together, changed).unflatten(2, (4, 5)).transpose(1, 2)
    torch.testing.assert_close(shift_color(clips, changed), want)
