"""A series to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

INKS = ("#3557b7", "#d1622b", "#1a9e63", "#8a4fb0", "#b8902c", "#2b9aa8", "#b73557", "#5c6370")
_WIDTH, _HEIGHT, _MOST, _FINE = 192, 96, 8, 2


def series_picture(values: Tensor) -> Image.Image:
    """A line for each of the first eight channels over time, 192 x 96 pixels; nothing is drawn where values miss.

    Args:
        values: `(S, C)` in one unit for all channels, NaN where missing.
    """
    lines = values.float().cpu().numpy()[:, :_MOST]
    canvas = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE), "white")
    pen = ImageDraw.Draw(canvas)
    there = lines[np.isfinite(lines)]
    low, high = np.percentile(there, [0.5, 99.5]) if len(there) else (0.0, 1.0)
    room = max(float(high - low), 1e-6)
    across = np.arange(len(lines)) * (_WIDTH * _FINE - 1) / max(1, len(lines) - 1)
    for channel, ink in zip(range(lines.shape[1]), INKS):
        up = np.clip((lines[:, channel] - low) / room, -0.1, 1.1)
        down = (_HEIGHT * _FINE - 1) * (0.95 - 0.9 * up)
        for run in _runs(np.isfinite(up)):
            points = [(float(across[i]), float(down[i])) for i in run]
            pen.line(points * 2 if len(points) == 1 else points, fill=ink, width=_FINE)
    return canvas.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)


def _runs(there: np.ndarray) -> list[range]:
    """Stretches of neighbours that are there."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    return [range(a, b) for a, b in zip(edge[::2].tolist(), edge[1::2].tolist())]
