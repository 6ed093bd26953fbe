"""Clouds of points to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

_SIDE, _REACH = 192, 1.3
_NEAR, _FAR, _PAPER = (0x1C, 0x1F, 0x26), (0xA9, 0xC0, 0xE8), 255
_TURN, _RISE = np.radians(30.0), np.radians(20.0)


def cloud_picture(points: Tensor) -> Image.Image:
    """A cloud seen a little from the right and from above: each point a dot, near ones dark, far ones light.

    Args:
        points: `(P, 3)`, z up, within a radius of about 1.
    """
    x, y, z = points.float().cpu().numpy().T
    across = np.cos(_TURN) * x + np.sin(_TURN) * y
    away = -np.sin(_TURN) * x + np.cos(_TURN) * y
    up = np.cos(_RISE) * z + np.sin(_RISE) * away
    away = np.cos(_RISE) * away - np.sin(_RISE) * z
    column = np.rint((across / _REACH + 1) / 2 * (_SIDE - 1)).astype(int)
    row = np.rint((1 - up / _REACH) / 2 * (_SIDE - 1)).astype(int)
    depth = np.clip((away + 1) / 2, 0, 1)
    pixels = np.full((_SIDE, _SIDE, 3), _PAPER, np.uint8)
    ink = np.array(_NEAR) * (1 - depth[:, None]) + np.array(_FAR) * depth[:, None]
    for i in np.argsort(-depth):  # far ones first, near ones over them
        r, c = row[i], column[i]
        if 1 <= r < _SIDE - 1 and 1 <= c < _SIDE - 1:
            pixels[r - 1 : r + 2, c - 1 : c + 2] = ink[i]
    return Image.fromarray(pixels)
