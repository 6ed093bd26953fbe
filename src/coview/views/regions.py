"""Pictures parted into numbered regions, so that a place can be said roughly."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

PATTERNS = (16, 4, 8)
"""Regions of each of `patterns`."""


@lru_cache(maxsize=16)
def patterns(height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Which region each pixel is in, by three patterns: `(H, W)` int64 each.

    A grid of 4 x 4, row by row; 4 frames about the centre, the innermost first; 8 triangles that meet in the centre,
    two of each quarter, from left to right.

    Paper: Self-supervised Spatio-temporal Representation Learning for Videos by Predicting Motion and Appearance
    Statistics. Wang et al. CVPR 2019. https://arxiv.org/abs/1904.03597 (figure 3; numbers as in the authors' code).
    """
    down, right = torch.arange(height)[:, None].expand(height, width), torch.arange(width).expand(height, width)
    grid = 4 * (4 * down // height) + 4 * right // width
    y, x = (2 * down + 1 - height) * width, (2 * right + 1 - width) * height  # from the centre, alike for both axes
    frames = 4 * torch.maximum(x.abs(), y.abs()) // (height * width)
    beside, to_right = x.abs() >= y.abs(), x >= 0
    return grid, frames, 4 * (y >= 0) + 2 * to_right + (beside == to_right)
