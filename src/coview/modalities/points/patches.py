"""Clouds as patches of neighbouring points: centres far apart, each with its nearest points."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.chamfer import squared_distances


def farthest_points(points: Tensor, count: int) -> Tensor:
    """Positions of points that lie far apart, the first one first: each next is the farthest from those before.

    Paper: PointNet++: Deep Hierarchical Feature Learning on Point Sets in a Metric Space. Qi et al. NeurIPS 2017.
    https://arxiv.org/abs/1706.02413 (section 3.2); Eldar et al. 1997. No point is taken twice, of several in one place
    the others come last.

    Args:
        points: `(N, P, 3)`, P >= count.
        count: how many.

    Returns:
        `(N, count)` int64.
    """
    x, y, z = (axis.contiguous() for axis in points.unbind(-1))
    chosen = torch.zeros(len(points), count, dtype=torch.int64, device=points.device)
    nearest = torch.full_like(x, torch.inf)
    at = chosen[:, :1]
    for i in range(1, count):
        apart = (x - x.gather(1, at)).square_().add_((y - y.gather(1, at)).square_())
        nearest = torch.minimum(nearest, apart.add_((z - z.gather(1, at)).square_()))
        nearest.scatter_(1, at, -1.0)
        at = nearest.argmax(1, keepdim=True)
        chosen[:, i : i + 1] = at
    return chosen


def z_order(points: Tensor, bits: int = 6) -> Tensor:
    """The order in which points lie along a Z-order curve through their box: neighbours in it are near in space.

    Paper: A Computer Oriented Geodetic Data Base and a New Technique in File Sequencing. Morton. 1966.

    Args:
        points: `(N, P, 3)`.
        bits: of each coordinate.

    Returns:
        `(N, P)` int64, positions.
    """
    low, high = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    span = (high - low).amax(-1, keepdim=True).clamp_min(1e-12)
    cell = ((points - low) / span * (1 << bits)).long().clamp_max((1 << bits) - 1)
    code = torch.zeros_like(cell[..., 0])
    for bit in range(bits):
        for axis in range(3):
            code |= ((cell[..., axis] >> bit) & 1) << (3 * bit + axis)
    return code.argsort(dim=1, stable=True)


def centres_first(points: Tensor, count: int) -> Tensor:
    """The same points, beginning with `count` that lie far apart, those in Z-order: `(N, P, 3)` -> `(N, P, 3)`."""
    at = farthest_points(points, count)
    at = at.gather(1, z_order(take(points, at)))
    rest = torch.ones(points.shape[:2], dtype=torch.bool, device=points.device).scatter_(1, at, False)
    others = rest.nonzero()[:, 1].view(len(points), -1)
    return take(points, torch.cat([at, others], 1))


def nearest(points: Tensor, centres: Tensor, count: int) -> Tensor:
    """The nearest points of each centre, itself among them: `(N, P, 3)`, `(N, T, 3)` -> `(N, T, count, 3)`."""
    # in float32 whatever the precision, so that who reads a patch and who rebuilds it see the same points
    apart = squared_distances(centres.float(), points.float())
    at = apart.topk(count, dim=-1, largest=False).indices
    return take(points, at.flatten(1)).unflatten(1, (-1, count))


def take(points: Tensor, at: Tensor) -> Tensor:
    """The points at some positions: `(N, P, 3)`, `(N, K)` -> `(N, K, 3)`."""
    return points.gather(1, at[..., None].expand(-1, -1, points.shape[-1]))
