"""Keyed background noise, cheaply: every look reads its own stretch of a few fixed recordings of noise."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from coview.modalities.audio.blocks import BLOCK, Blocks
from coview.views.draw import Draw

STARTS = 2048
_COLOURS = (0.0, 0.5, 1.0)


def noise_table(energy: Callable[[Tensor], Tensor], samples: int) -> Tensor:
    """White, pink and brown noise (amplitudes fall by frequency to the power 0, 1/2, 1) as energies of bands.

    Args:
        energy: `(N, S)` waveforms -> `(N, F, bands)`.
        samples: of each recording.

    Returns:
        `(3, F, bands)`; a frame's energy, summed over its bands, is 1 on average.
    """
    white = torch.randn(samples, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bins = torch.fft.rfft(white)
    frequency = torch.arange(len(bins), dtype=torch.float64).clamp_min(samples / 512)
    waves = torch.stack([torch.fft.irfft(bins * frequency**-colour, n=samples) for colour in _COLOURS])
    bands = energy(waves / waves.abs().amax(1, keepdim=True))
    return bands / bands.sum(-1).mean(1)[:, None, None]


def add_noise(energy: Blocks, count: Tensor, snr: Tensor, table: Tensor, draw: Draw) -> Tensor:
    """Band energies with stationary noise of a drawn colour.

    Energies of independent sounds add up on average; what their phases do to each frame is left out, which spares the
    noise of every sample and a transform.

    Args:
        energy: blocks of `(B * V, F, bands)`.
        count: `(B, V)` valid frames.
        snr: `(B, V)` ratio of the sound's mean energy to the noise's in dB.
        table: `(3, STARTS + F or more, bands)`, F whole blocks, from `noise_table`.
        draw: keyed draws.

    Returns:
        What the blocks are then, `(M, BLOCK, bands)`; the noise goes on after a sound's last frame.
    """
    v, row = count.shape[1], energy.row
    colour = draw.integers("noise colour", len(_COLOURS), v).flatten()
    start = draw.integers("noise start", STARTS, v).flatten()
    noise = table.unfold(1, BLOCK, 1).transpose(2, 3)[colour[row], start[row] + energy.nth * BLOCK]
    mean = energy.sum() / count.flatten().clamp_min(1)
    level = mean * (snr.flatten() * (-math.log(10) / 10)).exp()
    return noise.mul_(level[row][:, None, None]).add_(energy.values)
