"""Volumes of any extent as cubes of one size, where some voxels are missing."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.modalities.spectral.resize import filled


def fit_cube(values: Tensor, spacing: tuple[float, float, float], size: int) -> Tensor:
    """A whole volume in the middle of a cube, its proportions kept, NaN around it.

    Args:
        values: `(C, D, H, W)`, NaN where there is nothing.
        spacing: of voxels along the three axes.
        size: voxels a side of the cube.

    Returns:
        `(C, size, size, size)`.
    """
    extents = [count * side for count, side in zip(values.shape[1:], spacing, strict=True)]
    voxel = max(extents) / size
    shape = tuple(max(1, round(extent / voxel)) for extent in extents)
    small = resize(values[None], shape)[0]
    pad = [side for inner in reversed(shape) for side in ((size - inner) // 2, (size - inner + 1) // 2)]
    return F.pad(small, pad, value=torch.nan)


def resize(values: Tensor, shape: Sequence[int]) -> Tensor:
    """Means of what is there under each new voxel, between voxels where there are more new ones than old.

    Args:
        values: `(N, C, D, H, W)`, NaN where there is nothing: of a new voxel, where there is less than half.
        shape: new `(D, H, W)`.
    """
    if tuple(values.shape[2:]) == tuple(shape):
        return values
    fewer = [min(old, new) for old, new in zip(values.shape[2:], shape, strict=True)]

    def scaled(x: Tensor) -> Tensor:
        x = F.adaptive_avg_pool3d(x, (fewer[0], fewer[1], fewer[2]))
        return x if fewer == list(shape) else F.interpolate(x, size=list(shape), mode="trilinear")

    there = values.isfinite()
    if bool(there.all()):
        return scaled(values)
    return filled(scaled(values.nan_to_num(0)), scaled(there.to(values.dtype)))
