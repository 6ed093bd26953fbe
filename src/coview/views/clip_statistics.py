"""What a clip is like in a few numbers: where most moves and in which direction, where colours change and which."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.views.flow import optical_flow, slopes
from coview.views.regions import PATTERNS, patterns

DIRECTIONS = COLOURS = 8
LEVELS = 16
"""Of light in histograms, for each channel (the authors: 256, of regions of 28 x 28 pixels)."""
STILL = 0.01
"""Change of flow in pixels, from one pixel to the next, below which nothing is said to move."""


def motion_statistics(pixels: Tensor) -> tuple[Tensor, tuple[int, ...], Tensor]:
    """`boundary_statistics` of the optical flow from each frame to the next: `(N, T, C, H, W)` light from 0 to 1."""
    grey = pixels.mean(2)
    steps = grey.shape[1] - 1
    flow = optical_flow(grey[:, :-1].flatten(0, 1), grey[:, 1:].flatten(0, 1))
    return boundary_statistics(flow.unflatten(0, (-1, steps)))


def boundary_statistics(flow: Tensor) -> tuple[Tensor, tuple[int, ...], Tensor]:
    """Where most moves, in which direction and when, of the rightward part of optical flow and of the downward part.

    A part's motion boundaries are its slopes, summed over time: what all moves alike has none. For each pattern of
    regions: the one of the greatest mean magnitude, and of 8 directions the one of most magnitude there, a pixel's
    dealt to the two nearest; at last the step of time with most magnitude in all.

    Paper: Self-supervised Spatio-temporal Representation Learning for Videos by Predicting Motion and Appearance
    Statistics. Wang, Jiao, Bao, He, Liu, Liu. CVPR 2019. https://arxiv.org/abs/1904.03597 (section 3.2; authors' code:
    laura-wang/video_repres_sts).

    Args:
        flow: `(N, T, 2, H, W)` pixels to the right and down.

    Returns:
        `(N, 14)` int64 from 0 on; how many values each can have; and `(N,)` bool, where anything moves at all.
    """
    steps = flow.shape[1]
    right, down = slopes(flow, (1.0, 1.0, 1.0))
    sizes = (right.square() + down.square()).sqrt()
    moves, sizes = sizes.amax((1, 2, 3, 4)) > STILL, sizes.sum((3, 4))
    right, down = right.sum(1), down.sum(1)
    told: list[Tensor] = []
    for part in range(2):
        size = (right[:, part].square() + down[:, part].square()).sqrt()
        dealt = _directions(size, torch.atan2(down[:, part], right[:, part]))
        for regions, count in zip(patterns(*size.shape[1:]), PATTERNS, strict=True):
            regions = regions.to(size.device).flatten()
            most = (_summed(size[:, None], regions, count)[:, 0] / regions.bincount(minlength=count)).argmax(1)
            told += [most, _at(_summed(dealt, regions, count), most).argmax(1)]
    when = sizes.argmax(1)
    counts = tuple(n for count in PATTERNS for n in (count, DIRECTIONS))
    return torch.cat([torch.stack(told, 1), when], 1), (*counts, *counts, steps, steps), moves


def appearance_statistics(pixels: Tensor) -> tuple[Tensor, tuple[int, ...]]:
    """Where colours change most and least in time, and what colours are there.

    For each pattern of regions: the one whose histograms of single frames overlap least (their intersection over their
    union, a mean over channels), its dominant colour, the one of the greatest overlap, and its colour; at last the
    dominant colour of all. Colours are dark or light in each of red, green and blue.

    Paper: as of `boundary_statistics`, section 3.3.

    Args:
        pixels: `(N, T, C, H, W)` light from 0 to 1, C 1 or 3.

    Returns:
        `(N, 13)` int64 from 0 on, and how many values each can have.
    """
    n, frames, channels, height, width = pixels.shape
    level = (pixels * LEVELS).long().clamp_(0, LEVELS - 1).permute(0, 2, 1, 3, 4).flatten(0, 2).flatten(1)
    light = (pixels >= 0.5).long().expand(-1, -1, 3, -1, -1)
    colour = (4 * light[:, :, 0] + 2 * light[:, :, 1] + light[:, :, 2]).flatten(1)
    told: list[Tensor] = []
    counts: list[int] = []
    for regions, count in zip(patterns(height, width), PATTERNS, strict=True):
        regions = regions.to(pixels.device).flatten()
        shown = _counted(level, regions, LEVELS, count).unflatten(0, (n, channels, frames))
        overlap = (shown.amin(2).sum(2) / shown.amax(2).sum(2)).mean(1)
        colours = _counted(colour, regions.repeat(frames), COLOURS, count)
        for region in (overlap.argmin(1), overlap.argmax(1)):
            told += [region, _at(colours, region).argmax(1)]
            counts += [count, COLOURS]
    whole = _counted(colour, torch.zeros_like(colour[0]), COLOURS, 1)[:, :, 0].argmax(1)
    return torch.stack([*told, whole], 1), (*counts, COLOURS)


def _directions(size: Tensor, turn: Tensor) -> Tensor:
    """Each pixel's magnitude dealt to the two directions nearest to its own: `(N, H, W)` -> `(N, 8, H, W)`."""
    place = turn * (DIRECTIONS / (2 * math.pi))
    direction = torch.arange(DIRECTIONS, device=turn.device)[:, None, None]
    apart = (place[:, None] - direction).remainder(DIRECTIONS)
    apart = torch.minimum(apart, DIRECTIONS - apart)
    return size[:, None] * (1 - apart).clamp_min(0)


def _summed(values: Tensor, regions: Tensor, count: int) -> Tensor:
    """Sums over regions: `(N, K, H, W)`, `(H * W,)` -> `(N, K, count)`."""
    found = values.new_zeros(*values.shape[:2], count)
    return found.index_add_(2, regions, values.flatten(2))


def _counted(values: Tensor, regions: Tensor, levels: int, count: int) -> Tensor:
    """How often each value is met in each region: `(N, P)` int64 from 0 on, `(P,)` -> `(N, levels, count)` float."""
    found = torch.zeros(len(values), levels * count, device=values.device)
    at = values * count + regions
    return found.scatter_add_(1, at, torch.ones((), device=at.device).expand_as(at)).unflatten(1, (levels, count))


def _at(values: Tensor, region: Tensor) -> Tensor:
    """`(N, K, R)` at a region of each row: `(N, K)`."""
    return values.gather(2, region[:, None, None].expand(-1, values.shape[1], 1))[:, :, 0]
