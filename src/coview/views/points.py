"""What happens to clouds of points: some of them, turned, stretched, shifted, noisy; drawn by key.

Source: Qi et al., "PointNet++", NeurIPS 2017, https://arxiv.org/abs/1706.02413 (random dropout, scale, shift and
jitter); Huang et al., "Spatio-temporal Self-Supervised Representation Learning for 3D Point Clouds", ICCV 2021,
https://arxiv.org/abs/2109.00179 (crop and cutout as well). Here crop and cutout are counted in points, not volume.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.order import ordered, true_places
from coview.views.sensor import draw_turns


def draw_some(draw: Draw, views: int, there: int, count: int) -> Tensor:
    """Positions of `count` different points of `there` that lie in random order: `(B, V, count)` int64.

    Equal steps around the cloud from a drawn point on, by a drawn step that meets each point once.
    """
    steps = _coprime(there, draw.key.device)
    first, step = draw("some points", views, 2).unbind(-1)
    begin = (first * there).long()
    stride = steps[(step * len(steps)).long().clamp_max(len(steps) - 1)]
    at = torch.arange(count, device=begin.device, dtype=torch.int32)  # of which division takes a third of the time
    return (stride.int()[..., None] * at).add_(begin.int()[..., None]).remainder_(there).long()


@cache
def _coprime(n: int, device: torch.device) -> Tensor:
    return torch.tensor([s for s in range(1, max(2, n)) if math.gcd(s, n) == 1], device=device)


def draw_kept(
    draw: Draw, points: Tensor, crop: tuple[float, float], cutout: float, dropout: float
) -> tuple[Tensor, Tensor]:
    """Which points a look keeps: those nearest to a drawn one, but for those nearest to another and some at random.

    Args:
        draw: keyed draws.
        points: `(B, V, P, 3)`.
        crop: least and greatest share kept around the one.
        cutout: greatest share left out around the other.
        dropout: greatest share left out at random.

    Returns:
        `(B, V, P)` bool, at least one true, and the shares drawn, `(B, V, 3)`.
    """
    views, count = points.shape[1:3]
    shares = draw("shares", views, 3)
    most = torch.tensor([crop[1] - crop[0], cutout, dropout], device=points.device)
    shares = shares * most + torch.tensor([crop[0], 0.0, 0.0], device=points.device)
    about = draw.integers("about", count, views, 2)
    kept = torch.ones(points.shape[:3], dtype=torch.bool, device=points.device)
    if crop[0] < 1:
        kept = _among_nearest(points, about[..., 0], (shares[..., 0] * count).ceil().long())
    if cutout:
        kept &= ~_among_nearest(points, about[..., 1], (shares[..., 1] * count).floor().long())
    if dropout:
        kept &= draw("point dropout", views, count) >= shares[..., 2:]
    kept[..., 0] |= kept.sum(-1) == 0
    return kept, shares


def _among_nearest(points: Tensor, about: Tensor, most: Tensor) -> Tensor:
    """Whether a point is one of those nearest to one of them: `(B, V, P, 3)`, `(B, V)`, `(B, V)` -> `(B, V, P)` bool.

    Of points equally far the first count.
    """
    centre = points.gather(2, about[..., None, None].expand(-1, -1, 1, 3))
    x, y, z = (points - centre).square_().unbind(-1)
    count = points.shape[2]
    place = torch.arange(count, device=points.device)
    # distances are not negative, so that their bits are in the order of their values; the place makes each its own
    keys = (x + y).add_(z).view(torch.int32).long().mul_(count).add_(place)
    last = ordered(keys).gather(-1, (most - 1).clamp(0, count - 1)[..., None])
    return (keys <= last) & (most > 0)[..., None]


def repeat_kept(points: Tensor, kept: Tensor) -> Tensor:
    """As many points as before, those that are kept again and again: `(B, V, P, 3)`, `(B, V, P)` -> `(B, V, P, 3)`."""
    extent = points.shape[2]
    places, many = true_places(kept), kept.sum(-1)
    first = (many.flatten().cumsum(0) - many.flatten()).view_as(many)
    turn = torch.arange(extent, device=points.device, dtype=torch.int32) % many[..., None].int()
    at = places.index_select(0, (turn + first[..., None]).flatten())
    return points.flatten(0, 2).index_select(0, at).view_as(points)


def draw_motion(
    draw: Draw, views: int, *, rotation: float, tumble: float, scaling: float, shift: float
) -> tuple[Tensor, Tensor]:
    """A stretch along each axis, a turn about the vertical one (z), one about any, and a shift.

    Args:
        draw: keyed draws.
        views: V.
        rotation: greatest angle in degrees about z, either way.
        tumble: greatest angle in degrees about a random axis.
        scaling: greatest factor; its logarithm is uniform.
        shift: greatest, along each axis.

    Returns:
        Matrices `(B, V, 3, 3)` and shifts `(B, V, 3)`: a point p goes to `matrix p + shift`.
    """
    # in float64, where a sine does not depend on how many are taken at once
    factor = (draw.uniform("stretch", -1, 1, views, 3).double() * math.log(scaling)).exp().float()
    angle = draw.uniform("turn", -1, 1, views).double() * math.radians(rotation)
    cos, sin = angle.cos().float(), angle.sin().float()
    zero, one = torch.zeros_like(cos), torch.ones_like(cos)
    matrix = torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], -1).unflatten(-1, (3, 3))
    if tumble:
        turns = draw_turns(draw, views, 1, tumble)[:, :, 0]
        matrix = (turns[..., :, :, None] * matrix[..., None, :, :]).sum(-2)  # no matrix product: alike in any chunk
    return matrix * factor[..., None, :], draw.uniform("shift", -shift, shift, views, 3)


def move(points: Tensor, matrix: Tensor, shift: Tensor) -> Tensor:
    """`matrix p + shift` of every point: `(B, V, P, 3)`, `(B, V, 3, 3)`, `(B, V, 3)` -> `(B, V, P, 3)`."""
    x, y, z = (axis.contiguous() for axis in points.unbind(-1))
    rows = [
        (x * to_x[..., None]).add_(y * to_y[..., None]).add_(z * to_z[..., None]).add_(by[..., None])
        for (to_x, to_y, to_z), by in zip((row.unbind(-1) for row in matrix.unbind(-2)), shift.unbind(-1), strict=True)
    ]
    return torch.stack(rows, -1)


def shake(points: Tensor, draw: Draw, deviation: float) -> Tensor:
    """Noise on every coordinate, normal, of at most five deviations."""
    if not deviation:
        return points
    return draw.normal("point jitter", *points.shape[1:]).clamp_(-5, 5).mul_(deviation).add_(points)
