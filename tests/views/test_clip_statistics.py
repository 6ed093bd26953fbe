"""Statistics of clips against loops that do what the paper says, pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from coview.views.clip_statistics import appearance_statistics, boundary_statistics, motion_statistics
from coview.views.flow import slopes
from coview.views.regions import PATTERNS, patterns


def test_regions_are_the_boxes_frames_and_triangles_of_the_paper() -> None:
    grid, frames, triangles = patterns(112, 112)
    assert grid[30, 60] == 6  # second row of 28 pixels, third column
    assert frames[42:70, 42:70].max() == 0
    assert frames.flatten().bincount().tolist() == [28**2, 56**2 - 28**2, 84**2 - 56**2, 112**2 - 84**2]
    at = [(40, 5), (5, 40), (5, 70), (40, 107), (70, 5), (107, 40), (107, 70), (70, 107)]
    assert [int(triangles[y, x]) for y, x in at] == list(range(8))
    assert max(abs(n - 56 * 56 / 2) for n in triangles.flatten().bincount().tolist()) <= 28


def test_motion_is_told_as_by_loops_over_pixels() -> None:
    flow = torch.randn(5, 3, 2, 8, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    numbers, counts, moves = boundary_statistics(flow)
    assert counts == (16, 8, 4, 8, 8, 8) * 2 + (3, 3)
    assert bool(moves.all())
    right, down = slopes(flow, (1.0, 1.0, 1.0))
    for n in range(5):
        assert numbers[n].tolist() == motion_by_loops(right[n].numpy(), down[n].numpy())


def motion_by_loops(right: np.ndarray, down: np.ndarray) -> list[int]:
    told, when = [], []
    for part in (0, 1):
        for regions, count in zip(patterns(8, 8), PATTERNS, strict=True):
            sums, pixels, turned = np.zeros(count), np.zeros(count), np.zeros((count, 8))
            for y in range(8):
                for x in range(8):
                    a, b, region = right[:, part, y, x].sum(), down[:, part, y, x].sum(), int(regions[y, x])
                    place = math.degrees(math.atan2(b, a)) % 360 / 45
                    low, share = int(place), place - int(place)
                    sums[region] += math.hypot(a, b)
                    pixels[region] += 1
                    turned[region, low % 8] += math.hypot(a, b) * (1 - share)
                    turned[region, (low + 1) % 8] += math.hypot(a, b) * share
            most = int((sums / pixels).argmax())
            told += [most, int(turned[most].argmax())]
        when.append(int(np.hypot(right[:, part], down[:, part]).sum((1, 2)).argmax()))
    return told + when


def test_appearance_is_told_as_by_histograms_of_regions() -> None:
    pixels = torch.rand(4, 3, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    numbers, counts = appearance_statistics(pixels)
    assert counts == (16, 8, 16, 8, 4, 8, 4, 8, 8, 8, 8, 8, 8)
    for n in range(4):
        assert numbers[n].tolist() == appearance_by_histograms(pixels[n].numpy())


def appearance_by_histograms(clip: np.ndarray) -> list[int]:
    octant = ((clip >= 0.5) * np.array([4, 2, 1])[None, :, None, None]).sum(1)
    told = []
    for regions, count in zip(patterns(8, 8), PATTERNS, strict=True):
        overlap = []
        for region in range(count):
            inside = regions.numpy() == region
            shares = []
            for channel in range(3):
                shown = [np.histogram(frame[channel][inside], 16, (0, 1))[0] for frame in clip]
                shares.append(np.min(shown, 0).sum() / np.max(shown, 0).sum())
            overlap.append(np.mean(shares, dtype=np.float32))
        for region in (int(np.argmin(overlap)), int(np.argmax(overlap))):
            told += [region, int(np.bincount(octant[:, regions.numpy() == region].ravel(), minlength=8).argmax())]
    return [*told, int(np.bincount(octant.ravel(), minlength=8).argmax())]


def scene(moving: bool) -> Tensor:
    """A still picture of 32 x 32 in colour; in the box of row 1, column 2 of the grid another one, which may move."""
    made = torch.Generator().manual_seed(3)
    ground = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8, generator=made), (32, 32), mode="bilinear")[0]
    patch = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8, generator=made), (32, 32), mode="bilinear")[0]
    clip = ground.repeat(6, 1, 1, 1)
    for t in range(6):
        clip[t, :, 9:15, 17:23] = patch.roll(t if moving else 0, 2)[:, 9:15, 17:23]
    return clip[None]


def test_the_region_in_which_something_moves_is_found_by_motion_and_by_colour() -> None:
    motion, _, moves = motion_statistics(scene(True))
    assert bool(moves)
    assert motion[0, 0] == 6
    assert appearance_statistics(scene(True))[0][0, 0] == 6


def test_a_still_clip_does_not_move() -> None:
    assert not motion_statistics(scene(False).round())[2]


def test_grey_clips_have_dark_and_light_as_colours() -> None:
    numbers, _ = appearance_statistics(torch.full((1, 3, 1, 8, 8), 0.7))
    assert set(numbers[0, 1::2].tolist()) == {7}
