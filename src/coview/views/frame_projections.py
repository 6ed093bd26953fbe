"""A series in other frames: an orthonormal basis (Fourier) and an overcomplete frame (Gabor wavelets)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def fourier(x: Tensor) -> Tensor:
    """Coefficients in the real Fourier basis: `(N, S, C)` -> `(N, S // 2 + 1, 2 C)`, cosines then sines by frequency.

    The basis is orthonormal: squares add up to what they did.
    """
    size = x.shape[1]
    found = torch.fft.rfft(x, dim=1, norm="ortho")
    twice = torch.full((found.shape[1],), math.sqrt(2), dtype=x.dtype, device=x.device)
    twice[0] = 1
    if size % 2 == 0:
        twice[-1] = 1
    return torch.cat([found.real, found.imag], 2) * twice[:, None]


def gabor_scales(samples: int, count: int) -> list[float]:
    """Scales of wavelets, from 2 times (the fastest wave there can be) to half of the series, by a constant factor."""
    longest = max(samples / 2, 4)
    return [2 * (longest / 2) ** (k / max(count - 1, 1)) for k in range(count)]


def gabor(x: Tensor, scales: list[float]) -> Tensor:
    """Magnitudes of a continuous wavelet transform: `(N, S, C)` -> `(N, S, K C)`, channels of the first scale first.

    At scale s and time u, `|1/sqrt(s) sum_t x_t psi((t - u) / s)^*|` with the complex Morlet wavelet
    `psi(t) = exp(-t^2) exp(2 pi i t) / sqrt(pi)`, as a product in frequency; the series is 0 beyond its ends.

    Source: Mallat, A Wavelet Tour of Signal Processing, 1999, section 4.3 (`cmor1-1` of PyWavelets).
    """
    size = x.shape[1]
    wide = 3 * size  # wavelets of up to half the series' scale do not reach around
    spectrum = torch.fft.fft(x, n=wide, dim=1)
    frequency = torch.fft.fftfreq(wide, dtype=x.dtype, device=x.device)
    scale = torch.tensor(scales, dtype=x.dtype, device=x.device)
    wave = scale.sqrt()[:, None] * (-(math.pi**2) * (scale[:, None] * frequency - 1).square()).exp()
    told = torch.fft.ifft(spectrum[:, None] * wave[:, :, None], dim=2)[:, :, :size].abs()
    return told.movedim(1, 2).flatten(2)
