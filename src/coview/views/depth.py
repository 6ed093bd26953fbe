"""Clouds of points seen from around them: drawn poses, the ball to look at, and what is nearest at each pixel."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.points import move


def draw_poses(draw: Draw, count: int, rise: float) -> Tensor:
    """Equal steps around the vertical axis (z) from a drawn one on, each from a drawn height: `(B, A, 3, 3)`.

    The rows of a pose are directions in the cloud's coordinates: to the right, up, and away from the eye. They are of
    length 1 and at right angles.

    Args:
        draw: keyed draws.
        count: A, poses.
        rise: greatest angle in degrees that the eye looks down or up by.
    """
    first = draw("azimuth", 1).double()
    steps = torch.arange(count, device=first.device) / count
    # in float64, where a sine does not depend on how many are taken at once
    around = (first / count + steps) * (2 * math.pi)
    height = draw.uniform("rise", -1, 1, count).double() * math.radians(rise)
    cos, sin, flat, steep = (x.float() for x in (around.cos(), around.sin(), height.cos(), height.sin()))
    right = torch.stack([cos, sin, torch.zeros_like(cos)], -1)
    away = torch.stack([-sin * flat, cos * flat, -steep], -1)
    up = torch.stack([-sin * steep, cos * steep, flat], -1)
    return torch.stack([right, up, away], -2)


def ball_around(points: Tensor) -> tuple[Tensor, Tensor]:
    """The ball that holds all points of a cloud: the middle of their box `(B, 3)`, and their greatest distance from it.

    Args:
        points: `(B, P, 3)`.

    Returns:
        Middle `(B, 3)` and radius `(B,)`, above 0 also where all points are one.
    """
    low, high = points.aminmax(dim=1)
    middle = (low + high) / 2
    radius = (points - middle[:, None]).square().sum(-1).amax(1).sqrt()
    return middle, radius.clamp_min(torch.finfo(points.dtype).tiny ** 0.5)


def depth_pictures(points: Tensor, poses: Tensor, side: int) -> Tensor:
    """How near the nearest point is at each pixel, without perspective: 1 nearest, towards 0 farthest, 0 for nothing.

    A z-buffer of points, each a square of 2 x 2 pixels: a hole is left where points are too few. The ball of radius 1
    about the origin fills the picture; what is outside of it is not seen.

    Args:
        points: `(B, P, 3)`.
        poses: `(B, A, 3, 3)`, see `draw_poses`.
        side: S, pixels a side.

    Returns:
        `(B, A, S, S)`, rows from top to bottom.
    """
    count = poses.shape[1]
    seen = move(points[:, None].expand(-1, count, -1, -1), poses, poses.new_zeros(*poses.shape[:3]))
    across, up, away = seen.unbind(-1)
    near = ((1 - away) / 2).clamp_min(1 / 255) * (away.abs() <= 1)
    column, row = (((1 + x) * (side / 2) - 0.5).floor().long() for x in (across, -up))
    pictures = points.new_zeros(len(points), count, side * side)
    for x, y in ((column, row), (column + 1, row), (column, row + 1), (column + 1, row + 1)):
        inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
        at = y.clamp(0, side - 1) * side + x.clamp(0, side - 1)
        pictures.scatter_reduce_(2, at, near * inside, "amax")
    return pictures.unflatten(2, (side, side))


def rays(poses: Tensor, cells: int, middle: Tensor, radius: Tensor) -> tuple[Tensor, Tensor]:
    """Where a picture's patches lie in the cloud: the point of the plane through the ball's middle that each one's own
    middle is seen at, and the direction that it is seen in.

    Args:
        poses: `(B, A, 3, 3)`, see `draw_poses`.
        cells: c, patches a side.
        middle: `(B, 3)` of the ball that fills the pictures, see `ball_around`.
        radius: `(B,)` of that ball.

    Returns:
        Points and directions, `(B, A, c * c, 3)` each, rows of patches from top to bottom.
    """
    at = (torch.arange(cells, device=poses.device, dtype=poses.dtype) + 0.5) * (2 / cells) - 1
    right, up, away = (direction[:, :, None, None] for direction in poses.unbind(2))
    on_plane = (right * at[None, :, None] - up * at[:, None, None]).flatten(2, 3)
    return middle[:, None, None] + radius[:, None, None, None] * on_plane, away.flatten(2, 3).expand_as(on_plane)
