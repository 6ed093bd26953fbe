"""Looks at clips: which frames, and from where; one place and one light for all frames of a look."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.warp import Placing, warp


def draw_times(draw: Draw, views: int, share: tuple[float, float]) -> Tensor:
    """A stretch of each clip, `(B, V, 2)` float32: begin and end as shares of it.

    The shorter the stretch, the slower it plays, for a look has the same number of frames whatever its stretch.

    Args:
        draw: keyed draws of B samples.
        views: V.
        share: least and greatest share of the clip.
    """
    extent, begin = draw("time", views, 2).unbind(-1)
    extent = extent * (share[1] - share[0]) + share[0]
    begin = begin * (1 - extent)
    return torch.stack([begin, begin + extent], -1)


def draw_pair_times(draw: Draw, share: float, power: float = 1.0) -> Tensor:
    """Two stretches of each clip that are seldom far apart, `(B, 2, 2)` float32: begin and end as shares of it.

    Between their begins lie t in [0, T], T = 1 - share, with a density in proportion to 1 - (t / T)^power; where the
    earlier one begins is uniform in what is left, and either may come first.

    Paper: Spatiotemporal Contrastive Video Representation Learning (CVRL). Qian et al. CVPR 2021.
    https://arxiv.org/abs/2008.03800 (section 3.2; the density as in the authors' code).

    Args:
        draw: keyed draws of B samples.
        share: of the clip, each stretch's extent.
        power: 1 for a density that falls linearly; infinite for a uniform one.
    """
    gap, begin, first = draw("pair of times", 3).unbind(-1)
    gap = _decreasing(gap, power) * (1 - share)
    begin = begin * (1 - share - gap)
    pair = torch.stack([begin, begin + gap], -1)
    pair = torch.where(first[:, None] < 0.5, pair, pair.flip(-1))
    return torch.stack([pair, pair + share], -1)


def _decreasing(uniform: Tensor, power: float) -> Tensor:
    """Uniform numbers in [0, 1) to ones whose density is in proportion to 1 - x^power: the inverse, by halving."""
    if math.isinf(power):
        return uniform
    low, high = torch.zeros_like(uniform), torch.ones_like(uniform)
    for _ in range(24):
        x = (low + high) / 2
        over = ((power + 1) * x - x ** (power + 1)) / power > uniform
        low, high = torch.where(over, low, x), torch.where(over, x, high)
    return low


def spread_frames(span: Tensor, have: int, frames: int) -> Tensor:
    """The frames on screen at the middles of `frames` equal parts of a stretch: `(..., 2)` -> `(..., frames)` int64.

    Args:
        span: begin and end as shares of the clip.
        have: frames of the clip.
        frames: of the look.
    """
    middle = (torch.arange(frames, device=span.device, dtype=span.dtype) + 0.5) / frames
    at = span[..., :1] + (span[..., 1:] - span[..., :1]) * middle
    return (at * have).long().clamp_(0, have - 1)


def frames_at(value: Tensor, at: Tensor) -> Tensor:
    """Frames by position: `(N, T, ...)`, `(N, t)` int64 -> `(N, t, ...)`."""
    rows = torch.arange(len(value), device=value.device)[:, None] * value.shape[1] + at
    return value.flatten(0, 1).index_select(0, rows.flatten()).unflatten(0, at.shape)


def take_frames(value: Tensor, at: Tensor) -> Tensor:
    """The same as light: `(N, T, C, H, W)` uint8, `(N, t)` -> `(N, t, C, H, W)` float in [0, 1]."""
    return frames_at(value, at).float().div_(255)


def warp_clips(pixels: Tensor, placing: Placing, size: tuple[int, int]) -> Tensor:
    """Every frame of a clip seen from one place: `(N, t, C, H, W)` -> `(N, t, C, *size)`.

    Paper: Spatiotemporal Contrastive Video Representation Learning (CVRL). Qian et al. CVPR 2021.
    https://arxiv.org/abs/2008.03800 (section 3.3: augmentation that is consistent over time).
    """
    return warp(pixels.flatten(1, 2), placing, size).unflatten(1, pixels.shape[1:3])
