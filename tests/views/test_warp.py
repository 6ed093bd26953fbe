import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms.v2 import functional as V

from coview.views.draw import Draw
from coview.views.warp import Placing, draw_placing, warp

WHOLE = [0.0, 0.0, 1.0, 1.0]


def pictures(n: int = 3, c: int = 3, h: int = 32, w: int = 32) -> torch.Tensor:
    return torch.rand(n, c, h, w, generator=torch.Generator().manual_seed(0))


def placing(n: int, box: list[float] = WHOLE, flip: bool = False, degrees: float = 0.0) -> Placing:
    return Placing(torch.tensor(box).expand(n, 4), torch.full((n,), flip), torch.full((n,), math.radians(degrees)))


@pytest.mark.parametrize("shape", [(32, 32), (20, 28), (1, 1), (5, 64)])
def test_the_whole_box_returns_the_picture(shape: tuple[int, int]):
    x = pictures(2, 3, *shape)
    torch.testing.assert_close(warp(x, placing(2), shape), x, atol=1e-4, rtol=0)


def test_a_flip_is_torchvisions():
    x = pictures()
    torch.testing.assert_close(warp(x, placing(3, flip=True), (32, 32)), V.hflip(x), atol=1e-4, rtol=0)


def test_a_box_is_torchvisions_crop_and_resize_inside_its_border():
    x = pictures()
    box = [4 / 32, 8 / 32, 20 / 32, 16 / 32]  # left, top, width, height
    want = V.resize(V.crop(x, 8, 4, 16, 20), [32, 32], antialias=False)
    got = warp(x, placing(3, box), (32, 32))
    torch.testing.assert_close(got[..., 2:-2, 2:-2], want[..., 2:-2, 2:-2], atol=1e-4, rtol=0)


@pytest.mark.parametrize("degrees", [90.0, -90.0, 180.0])
def test_right_angles_turn_the_picture_as_torchvision_does(degrees: float):
    x = pictures()
    # the sampling point turns clockwise on the screen, so what is seen turns against it: torchvision's positive sense
    torch.testing.assert_close(warp(x, placing(3, degrees=degrees), (32, 32)), V.rotate(x, degrees), atol=1e-4, rtol=0)


def test_a_quarter_turn_of_an_oblong_picture_keeps_distances():
    x = torch.zeros(1, 1, 16, 32)
    x[0, 0, 8, 8:24] = 1  # a line of 16 pixels through the centre
    turned = warp(x, placing(1, degrees=90), (16, 32))
    column = turned[0, 0].sum(0).argmax()
    assert turned[0, 0, :, column].sum() == pytest.approx(16, abs=1)


def test_each_picture_has_its_own_placing():
    x = pictures(2)
    both = Placing(torch.tensor([WHOLE, [0.0, 0.0, 0.5, 0.5]]), torch.tensor([True, False]), torch.zeros(2))
    got = warp(x, both, (32, 32))
    assert torch.equal(got[:1], warp(x[:1], placing(1, flip=True), (32, 32)))
    assert torch.equal(got[1:], warp(x[1:], placing(1, [0.0, 0.0, 0.5, 0.5]), (32, 32)))


@given(st.floats(0.02, 1), st.floats(0, 1), st.integers(0, 2**40))
@settings(max_examples=40, deadline=None)
def test_drawn_boxes_lie_inside_and_have_the_area_asked(low: float, width: float, seed: int):
    scale = (low, low + width * (1 - low))
    box = draw_placing(Draw(seed, 0, torch.arange(64)), 2, scale=scale).box
    left, top, wide, high = box.unbind(-1)
    assert (left >= 0).all()
    assert (top >= 0).all()
    assert ((left + wide) <= 1 + 1e-6).all()
    assert ((top + high) <= 1 + 1e-6).all()
    area, shape = wide * high, wide / high
    assert (area >= scale[0] - 1e-5).all()
    assert (area <= scale[1] + 1e-5).all()
    assert (shape >= 3 / 4 - 1e-4).all()
    assert (shape <= 4 / 3 + 1e-4).all()


def test_flips_and_angles_follow_their_options():
    drawn = draw_placing(Draw(0, 0, torch.arange(4000)), 1, scale=(0.2, 1.0), flip=0.25, degrees=10)
    assert drawn.flip.float().mean() == pytest.approx(0.25, abs=0.02)
    assert drawn.angle.abs().max() <= math.radians(10)
    assert drawn.angle.abs().max() > math.radians(9.9)
