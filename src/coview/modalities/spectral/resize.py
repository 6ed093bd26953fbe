"""Rasters brought to one size where some pixels are missing."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def fit_square(values: Tensor, size: int) -> Tensor:
    """The centre square at `size`, antialiased: `(C, H, W)` -> `(C, size, size)`; see `resize`."""
    height, width = values.shape[1:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = values[:, top : top + side, left : left + side]
    return square if side == size else resize(square[None], (size, size))[0]


def shrink(values: Tensor, most: int) -> Tensor:
    """`(N, C, H, W)` brought to at most `most` pixels a side."""
    height, width = values.shape[2:]
    if max(height, width) <= most:
        return values
    return resize(values, (min(height, most), min(width, most)))


def resize(values: Tensor, size: tuple[int, int]) -> Tensor:
    """The mean of what is there under each new pixel, NaN where less than half of it is: `(N, C, H, W)`."""
    there = values.isfinite()

    def scaled(x: Tensor) -> Tensor:
        return F.interpolate(x, size=size, mode="bilinear", antialias=True)

    weight = scaled(there.to(values.dtype))
    return filled(scaled(values.nan_to_num(0)), weight)


def filled(total: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums over their weights; NaN below a half. Whole weights are left alone, to the bit."""
    mean = torch.where(weight > 1 - 1e-5, total, total / weight.clamp_min(0.5))
    return mean.masked_fill(weight < 0.5, torch.nan)
