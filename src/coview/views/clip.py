"""Looks at clips: which frames, and from where; one place and one light for all frames of a look."""

from __future__ import annotations

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


def take_frames(value: Tensor, at: Tensor) -> Tensor:
    """Frames by position: `(N, T, C, H, W)` uint8, `(N, t)` -> `(N, t, C, H, W)` float in [0, 1]."""
    n, have = value.shape[:2]
    rows = torch.arange(n, device=value.device)[:, None] * have + at
    taken = value.flatten(0, 1).index_select(0, rows.flatten())
    return taken.float().div_(255).unflatten(0, at.shape)


def warp_clips(pixels: Tensor, placing: Placing, size: tuple[int, int]) -> Tensor:
    """Every frame of a clip seen from one place: `(N, t, C, H, W)` -> `(N, t, C, *size)`.

    Paper: Spatiotemporal Contrastive Video Representation Learning (CVRL). Qian et al. CVPR 2021.
    https://arxiv.org/abs/2008.03800 (section 3.3: augmentation that is consistent over time).
    """
    return warp(pixels.flatten(1, 2), placing, size).unflatten(1, pixels.shape[1:3])
