"""Keyed background noise, cheaply: every look reads its own stretch of a few fixed recordings of noise."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from coview.views.draw import Draw

_STARTS = 1 << 16
_COLOURS = (0.0, 0.5, 1.0)


@lru_cache(maxsize=8)
def _table(size: int, device: torch.device) -> Tensor:
    """White, pink and brown noise of unit power, `(3, size)`: amplitudes fall by frequency to the power 0, 1/2, 1."""
    white = torch.randn(size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bins = torch.fft.rfft(white)
    frequency = torch.arange(len(bins), dtype=torch.float64).clamp_min(size / 512)
    rows = torch.stack([torch.fft.irfft(bins * frequency**-colour, n=size) for colour in _COLOURS])
    return (rows / rows.square().mean(1, keepdim=True).sqrt()).float().to(device)


def add_noise(wave: Tensor, length: Tensor, snr: Tensor, draw: Draw) -> Tensor:
    """The waveforms with stationary noise of a drawn colour.

    Args:
        wave: `(B, V, S)` float32, zeros after `length`.
        length: `(B, V)` valid samples.
        snr: `(B, V)` ratio of the wave's mean power to the noise's in dB.
        draw: keyed draws.
    """
    b, v, size = wave.shape
    table = _table(1 << (size + _STARTS - 1).bit_length(), wave.device)
    colour = draw.integers("noise colour", len(_COLOURS), v).flatten()
    start = draw.integers("noise start", _STARTS, v).flatten()
    noise = table.unfold(1, size, 1)[colour, start].unflatten(0, (b, v))
    # Summed in two stages, so that one row alone is not summed in another order than many.
    power = _row_sums(wave.square()) / length.clamp_min(1)
    level = power.sqrt() * (snr * (-math.log(10) / 20)).exp()
    after = torch.arange(size, device=wave.device) >= length[..., None]
    return wave + (noise * level[..., None]).masked_fill(after, 0)


def _row_sums(x: Tensor) -> Tensor:
    """Sums over the last axis in pieces of 256: `(B, V, S)` -> `(B, V)`."""
    return torch.nn.functional.pad(x, (0, -x.shape[-1] % 256)).unflatten(-1, (-1, 256)).sum(-1).sum(-1)
