"""A clip to look at."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PIL import Image
from torch import Tensor

_INK = np.array([[13, 8, 38], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]], np.float32)
_WIDTH, _WAVE_HEIGHT, _BAND_HEIGHT = 192, 32, 64


def spectrogram_picture(wave: Tensor, frames: Tensor) -> Image.Image:
    """The waveform above its spectrogram, 192 x 96 pixels.

    Args:
        wave: `(S,)`, the valid samples.
        frames: `(F, mels)`, standardised, the valid frames.
    """
    level = (frames.float().cpu().numpy().T[::-1].clip(-2, 2) + 2) / 4
    place = level * (len(_INK) - 1)
    below = place.astype(int).clip(0, len(_INK) - 2)
    colour = _INK[below] + (place - below)[..., None] * (_INK[below + 1] - _INK[below])
    bands = Image.fromarray(colour.astype(np.uint8)).resize((_WIDTH, _BAND_HEIGHT), Image.Resampling.BILINEAR)
    picture = Image.new("RGB", (_WIDTH, _WAVE_HEIGHT + _BAND_HEIGHT), "white")
    picture.paste(bands, (0, _WAVE_HEIGHT))
    picture.paste(_waveform(wave.float().cpu().numpy()), (0, 0))
    return picture


def _waveform(wave: np.ndarray) -> Image.Image:
    """Each column spans the least to the greatest sample of its stretch of time."""
    edges = np.linspace(0, len(wave), _WIDTH + 1).astype(int)
    loudest = max(float(np.abs(wave).max()), 1e-9)
    middle = (_WAVE_HEIGHT - 1) / 2
    pixels = np.full((_WAVE_HEIGHT, _WIDTH, 3), 255, np.uint8)
    for x, (a, b) in enumerate(pairwise(edges.tolist())):
        piece = wave[a : max(b, a + 1)] / loudest
        top, bottom = round(middle * (1 - float(piece.max()))), round(middle * (1 - float(piece.min())))
        pixels[top : bottom + 1, x] = (87, 16, 110)
    return Image.fromarray(pixels)
