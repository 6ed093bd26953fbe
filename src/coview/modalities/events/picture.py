"""Events to look at: a column each, a row for each field."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image
from torch import Tensor

_WIDTH, _HEIGHT, _LEAST = 192, 96, 24
_COLD, _PALE, _WARM = (np.array(c, np.float32) for c in ((49, 84, 178), (236, 238, 242), (205, 92, 40)))


def events_picture(values: Tensor, numbers: int) -> Image.Image:
    """Time to the right, a row a field, 192 x 96 pixels: numbers from blue over grey to orange, a colour a word.

    White is missing; words read as other are dark grey.

    Args:
        values: `(T, F)`, numbers of unit variance before codes, NaN where missing.
        numbers: how many fields are numbers.
    """
    cells = values.float().cpu().numpy()
    picture = np.full((cells.shape[1], max(len(cells), _LEAST), 3), 255, np.float32)
    for field in range(cells.shape[1]):
        column = cells[:, field]
        seen = np.isfinite(column)
        picture[field, : len(cells)][seen] = _levels(column[seen]) if field < numbers else _colours(column[seen])
    image = Image.fromarray(picture.round().astype(np.uint8))
    return image.resize((_WIDTH, _HEIGHT), Image.Resampling.NEAREST)


def _levels(numbers: np.ndarray) -> np.ndarray:
    level = (numbers.clip(-2, 2) / 2)[:, None]
    return _PALE + np.abs(level) * (np.where(level > 0, _WARM, _COLD) - _PALE)


def _colours(codes: np.ndarray) -> np.ndarray:
    """Hues a golden angle apart; code 0, other words, dark grey."""
    hues = [(90, 90, 90) if c < 0.5 else _hue(round(float(c))) for c in codes]
    return np.array(hues, np.float32).reshape(-1, 3)


def _hue(code: int) -> tuple[float, float, float]:
    r, g, b = colorsys.hls_to_rgb(code * 0.618034 % 1, 0.45 + 0.2 * (code % 3 - 1) / 2, 0.6)
    return r * 255, g * 255, b * 255
