"""Clouds as patches of neighbouring points: centres far apart, each with its nearest points."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.chamfer import squared_distances
from coview.nn.rows import pick
from coview.views.order import ascending, greatest, true_places

BITS = 6
"""Of each coordinate along a Z-order curve."""


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
    axes = points.permute(2, 0, 1).contiguous()
    chosen = torch.zeros(len(points), count, dtype=torch.int64, device=points.device)
    nearest = torch.full_like(axes[0], torch.inf)
    apart, at = torch.empty_like(axes), chosen[:, :1]
    x, y, z = apart.unbind()
    for i in range(1, count):
        torch.sub(axes, axes.gather(2, at.expand(3, -1, -1)), out=apart).square_()
        torch.minimum(nearest, x.add_(y).add_(z), out=nearest)
        nearest.scatter_(1, at, -1.0)
        at = greatest(nearest)
        chosen[:, i : i + 1] = at
    return chosen


def z_order(points: Tensor) -> Tensor:
    """The order in which points lie along a Z-order curve through their box: neighbours in it are near in space.

    Paper: A Computer Oriented Geodetic Data Base and a New Technique in File Sequencing. Morton. 1966.

    Args:
        points: `(N, P, 3)`.

    Returns:
        `(N, P)` int64, positions.
    """
    low, high = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    span = (high - low).amax(-1, keepdim=True).clamp_min(1e-12)
    cell = ((points - low) / span * (1 << BITS)).long().clamp_max((1 << BITS) - 1)
    at = torch.arange(BITS, device=points.device)
    spread = ((cell[..., None] >> at) & 1) << (3 * at + torch.arange(3, device=points.device)[:, None])
    place = torch.arange(points.shape[1], device=points.device)
    return ascending(spread.sum((-2, -1)) * points.shape[1] + place)  # cells in order, points of a cell by place


def centres_first(points: Tensor, count: int) -> Tensor:
    """The same points, beginning with `count` that lie far apart, those in Z-order: `(N, P, 3)` -> `(N, P, 3)`."""
    at = farthest_points(points, count)
    at = at.gather(1, z_order(pick(points, at)))
    rest = torch.ones(points.shape[:2], dtype=torch.bool, device=points.device).scatter_(1, at, False)
    first = torch.arange(len(points), device=at.device)[:, None] * points.shape[1]
    at = torch.cat([at + first, true_places(rest).view(len(points), -1)], 1)
    return points.flatten(0, 1).index_select(0, at.flatten()).view_as(points)


def nearest(points: Tensor, centres: Tensor, count: int) -> Tensor:
    """The nearest points of each centre, itself among them: `(N, P, 3)`, `(N, T, 3)` -> `(N, T, count, 3)`."""
    # in float32 whatever the precision, so that who reads a patch and who rebuilds it see the same points
    apart = squared_distances(centres.float(), points.float())
    at = apart.topk(count, dim=-1, largest=False).indices
    return pick(points, at.flatten(1)).unflatten(1, (-1, count))
