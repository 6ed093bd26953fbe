"""Mel spectrograms on the device."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

_BREAK_HZ, _HZ_A_MEL, _LOG_STEP = 1000.0, 200.0 / 3, 27.0 / torch.log(torch.tensor(6.4, dtype=torch.float64)).item()


def hz_to_mel(hz: Tensor) -> Tensor:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, 27 steps for every factor of 6.4 above."""
    return torch.where(
        hz < _BREAK_HZ, hz / _HZ_A_MEL, _BREAK_HZ / _HZ_A_MEL + (hz.clamp_min(_BREAK_HZ) / _BREAK_HZ).log() * _LOG_STEP
    )


def mel_to_hz(mel: Tensor) -> Tensor:
    """The inverse of `hz_to_mel`."""
    start = _BREAK_HZ / _HZ_A_MEL
    return torch.where(mel < start, mel * _HZ_A_MEL, _BREAK_HZ * ((mel - start).clamp_min(0) / _LOG_STEP).exp())


def mel_filters(rate: int, n_fft: int, mels: int) -> Tensor:
    """Triangles of height 1 between equal steps of the mel scale from 0 to rate / 2: `(mels, n_fft // 2 + 1)` float32.

    The same as `librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=mels, norm=None)`.
    """
    top = hz_to_mel(torch.tensor(rate / 2, dtype=torch.float64))
    edges = mel_to_hz(torch.linspace(0, 1, mels + 2, dtype=torch.float64) * top)
    bins = torch.linspace(0, rate / 2, n_fft // 2 + 1, dtype=torch.float64)
    low, middle, high = (edges[i : i + mels, None] for i in range(3))
    return torch.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clamp_min(0).float()


def fft_size(rate: int, window: int, mels: int) -> int:
    """The least power of two that holds the window and leaves no mel filter without a bin."""
    n_fft = 1 << (window - 1).bit_length()
    while not mel_filters(rate, n_fft, mels).sum(1).gt(0.05).all():
        n_fft *= 2
    return n_fft


@lru_cache(maxsize=16)
def _tables(rate: int, window: int, n_fft: int, mels: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The window, in the middle of n_fft zeros, summing to 1; the filters, `(n_fft // 2 + 1, mels)`."""
    taper = torch.hann_window(window, dtype=torch.float64)
    before = (n_fft - window) // 2
    taper = F.pad(taper / taper.sum(), (before, n_fft - window - before))
    return taper.float().to(device), mel_filters(rate, n_fft, mels).t().contiguous().to(device)


def mel_energy(wave: Tensor, *, rate: int, window: int, hop: int, mels: int, n_fft: int) -> Tensor:
    """Energy in each band of each frame: `(N, S)` float -> `(N, ceil(S / hop), mels)` float32.

    The sum over bins of filter * |STFT|^2, with a Hann window that sums to 1, so that a sine of amplitude A peaks at
    A^2 / 4 whatever the window. Frame t is centred at sample t * hop; outside the wave is silence.

    Every row is computed by itself, to the bit, whatever the other rows.
    """
    taper, filters = _tables(rate, window, n_fft, mels, wave.device)
    frames = -(-wave.shape[1] // hop)
    with torch.autocast(wave.device.type, enabled=False):
        padded = F.pad(wave.float(), (n_fft // 2, n_fft // 2))
        bins = torch.view_as_real(torch.fft.rfft(padded.unfold(1, n_fft, hop)[:, :frames] * taper))
        power = bins[..., 0].square() + bins[..., 1].square()
        # One product a row: a product of all rows at once would round by how many there are.
        return torch.bmm(power, filters.expand(len(power), -1, -1))
