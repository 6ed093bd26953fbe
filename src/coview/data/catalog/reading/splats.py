"""Pictures of surfaces from points drawn on them: a z-buffer, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

AZIMUTHS = (30.0, 120.0, 210.0, 300.0)
RISE = 20.0
"""Degrees about the vertical axis, and above the horizon, that surfaces are seen from."""
_FINE = 2


@dataclass(frozen=True)
class Surface:
    """Points of a surface.

    Args:
        points: `(P, 3)`, z up.
        normals: `(P, 3)`, of length 1, on either side.
        colours: `(P, 3)` from 0 to 1.
    """

    points: np.ndarray
    normals: np.ndarray
    colours: np.ndarray


def splat(surface: Surface, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A surface seen from all around, a little from above, without perspective: colours and depth.

    Each point is a square of 3 x 3 pixels at twice the size, the nearest one seen; light comes from the eye. A hole is
    left where points are too few: there are no triangles here.

    Args:
        surface: of any extent; its radius fills the picture.
        size: pixels a side.

    Returns:
        `(A, size, size, 3)` uint8 on white, and `(A, size, size)` uint8: 255 nearest, 1 farthest, 0 where nothing is.
    """
    import numpy as np

    points = surface.points - (surface.points.min(0) + surface.points.max(0)) / 2
    points = points / max(float(np.sqrt(np.square(points).sum(1).max())), 1e-12)
    seen = [_one(points, surface, size, np.radians(azimuth)) for azimuth in AZIMUTHS]
    return np.stack([colours for colours, _ in seen]), np.stack([depth for _, depth in seen])


def _one(points: np.ndarray, surface: Surface, size: int, azimuth: float) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    rise, side = np.radians(RISE), size * _FINE
    right = np.array([np.cos(azimuth), np.sin(azimuth), 0])
    ahead = np.array([-np.sin(azimuth) * np.cos(rise), np.cos(azimuth) * np.cos(rise), -np.sin(rise)])
    up = np.cross(right, ahead)
    away = points @ ahead
    column = np.rint((points @ right + 1) / 2 * (side - 3)).astype(int) + 1
    row = np.rint((1 - points @ up) / 2 * (side - 3)).astype(int) + 1
    light = 0.35 + 0.65 * np.abs(surface.normals @ ahead)
    colours = np.full((side, side, 3), 255, np.uint8)
    depth = np.zeros((side, side), np.uint8)
    near_last = np.argsort(-away, kind="stable")
    ink = (surface.colours * light[:, None] * 255).clip(0, 255).astype(np.uint8)[near_last]
    level = np.rint(1 + 254 * (1 - away[near_last]) / 2).clip(1, 255).astype(np.uint8)
    row, column, order = row[near_last], column[near_last], np.arange(len(points))
    # the last of several points wins: one buffer of their numbers decides for all nine pixels of each
    front = np.full((side, side), -1)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            np.maximum.at(front, (row + down, column + across), order)
    there = front >= 0
    colours[there], depth[there] = ink[front[there]], level[front[there]]
    fine = (size, _FINE, size, _FINE)
    mean = colours.reshape(*fine, 3).mean((1, 3))
    return np.rint(mean).astype(np.uint8), depth.reshape(fine).max((1, 3))
