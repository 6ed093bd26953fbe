"""How far two sets of points lie apart."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike
from coview.losses.precision import at_least_float32


@at_least_float32
def chamfer(a: Tensor, b: Tensor) -> Tensor:
    """The mean squared distance from each point to the nearest of the other set, both ways added.

    Paper: A Point Set Generation Network for 3D Object Reconstruction from a Single Image. Fan, Su, Guibas. CVPR 2017.
    https://arxiv.org/abs/1612.00603 (eq. 1, with means for sums, as Point-MAE has it:
    https://arxiv.org/abs/2203.06604, eq. 3).

    Args:
        a: `(..., N, 3)`, N >= 1; the order of points says nothing.
        b: `(..., M, 3)`, M >= 1.

    Returns:
        `(...)`, in squared units; 0 where the sets are the same.

    Raises:
        ValueError: the axes before the points differ.
    """
    check_alike(a=a[..., 0, :], b=b[..., 0, :])
    apart = squared_distances(a, b)
    return apart.amin(-1).mean(-1) + apart.amin(-2).mean(-1)


@at_least_float32
def chamfer_distance(a: Tensor, b: Tensor) -> Tensor:
    """As `chamfer` with distances that are not squared (Point-MAE's L1): less is said by the farthest points.

    Args:
        a: `(..., N, 3)`, N >= 1.
        b: `(..., M, 3)`, M >= 1.

    Returns:
        `(...)`, the mean of both ways.

    Raises:
        ValueError: the axes before the points differ.
    """
    check_alike(a=a[..., 0, :], b=b[..., 0, :])
    apart = squared_distances(a, b)
    ways = (apart.amin(-1), apart.amin(-2))
    # a distance of 0 has no gradient of its own: it is left out of the root
    return sum((torch.where(d > 0, d, 1).sqrt() * (d > 0)).mean(-1) for d in ways) / 2  # type: ignore[return-value]


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """`(..., N, 3)`, `(..., M, 3)` -> `(..., N, M)`: an axis at a time, which is exact where products would cancel."""
    total: Tensor | None = None
    for axis in range(a.shape[-1]):
        apart = (a[..., axis, None] - b[..., None, :, axis]).square()
        total = apart if total is None else total + apart
    assert total is not None
    return total
