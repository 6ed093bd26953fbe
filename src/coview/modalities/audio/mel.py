"""Mel spectrograms on the device."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.modalities.audio.blocks import BLOCK, Blocks

_BREAK_HZ, _HZ_A_MEL, _LOG_STEP = 1000.0, 200.0 / 3, 27.0 / torch.log(torch.tensor(6.4, dtype=torch.float64)).item()


def hz_to_mel(hz: Tensor) -> Tensor:
    """Hz -> mel of Slaney's scale (Auditory Toolbox, 1998), of any shape.

    Linear below 1 kHz, a mel for every 200 / 3 Hz; 27 mel for every factor of 6.4 above.
    """
    return torch.where(
        hz < _BREAK_HZ, hz / _HZ_A_MEL, _BREAK_HZ / _HZ_A_MEL + (hz.clamp_min(_BREAK_HZ) / _BREAK_HZ).log() * _LOG_STEP
    )


def mel_to_hz(mel: Tensor) -> Tensor:
    """Mel of Slaney's scale -> Hz, of any shape: the inverse of `hz_to_mel`."""
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


NEIGHBOURS = 16
"""Bands that go through a product together: together they see few of the bins."""


@lru_cache(maxsize=16)
def _tables(
    rate: int, window: int, n_fft: int, mels: int, device: torch.device
) -> tuple[Tensor, list[tuple[slice, Tensor]]]:
    """The window, in the middle of n_fft zeros, summing to 1; of neighbouring bands, their bins and `(bins, bands)`."""
    taper = torch.hann_window(window, dtype=torch.float64)
    before = (n_fft - window) // 2
    taper = F.pad(taper / taper.sum(), (before, n_fft - window - before))
    filters = mel_filters(rate, n_fft, mels).to(device).split(NEIGHBOURS)
    return taper.float().to(device), [_part(some) for some in filters]


def _part(filters: Tensor) -> tuple[slice, Tensor]:
    seen = filters.any(0).nonzero()[:, 0]
    bins = slice(int(seen[0]), int(seen[-1]) + 1)
    return bins, filters[:, bins].t().contiguous()


def mel_energy(
    wave: Tensor,
    start: Tensor | None = None,
    count: Tensor | None = None,
    *,
    rate: int,
    window: int,
    hop: int,
    mels: int,
    n_fft: int,
    frames: int | None = None,
) -> Blocks:
    """Energy in each band of each frame of spans: `(N, S)` float -> blocks of `(N, F, mels)` float32.

    The sum over bins of filter * |STFT|^2, with a Hann window that sums to 1, so that a sine of amplitude A peaks at
    A^2 / 4 whatever the window. Frame t is centred at sample t * hop of the span; outside the span is silence.

    Frames are computed of what there is, in blocks, and each row's blocks by themselves, to the bit, whatever the other
    rows: a product of all frames at once would round by how many there are.

    Args:
        wave: `(N, S)`.
        start: `(N,)` int64 first sample of each span; default 0.
        count: `(N,)` int64 samples of each span, within the wave; default S.
        rate: samples a second.
        window, hop: samples a frame sees and steps on.
        mels: bands.
        n_fft: of the transform, at least the window.
        frames: F; default as many as all of the wave has.
    """
    n, samples = wave.shape
    start = torch.zeros(n, dtype=torch.int64, device=wave.device) if start is None else start
    count = torch.full_like(start, samples) if count is None else count
    frames = -(-samples // hop) if frames is None else frames
    valid = torch.div(count + hop - 1, hop, rounding_mode="floor").clamp_max(frames)
    row, nth = Blocks.places(valid, frames)
    if not len(row):
        return Blocks(wave.new_zeros(0, BLOCK, mels, dtype=torch.float32), row, nth, (n, frames))
    taper, filters = _tables(rate, window, n_fft, mels, wave.device)
    at = nth * (BLOCK * hop) - n_fft // 2
    runs = _runs(wave, row, start[row], count[row], at, (BLOCK - 1) * hop + n_fft)
    with torch.autocast(wave.device.type, enabled=False):
        bins = torch.view_as_real(torch.fft.rfft(runs.float().unfold(1, n_fft, hop) * taper))
        real, imaginary = bins.unbind(-1)
        power = real.square().addcmul_(imaginary, imaginary)
        energy = torch.cat([torch.bmm(power[..., bins], some.expand(len(power), -1, -1)) for bins, some in filters], -1)
    after = torch.arange(BLOCK, device=wave.device) >= (valid[row] - nth * BLOCK)[:, None]
    return Blocks(energy.masked_fill_(after[..., None], 0), row, nth, (n, frames))


def _runs(wave: Tensor, row: Tensor, start: Tensor, count: Tensor, at: Tensor, extent: int) -> Tensor:
    """Stretches of `extent` samples of the spans of some rows, silence outside of the span: `(M, extent)`.

    Args:
        wave: `(N, S)`.
        row, start, count: `(M,)` whose span, where it begins and how many samples it has.
        at: `(M,)` first sample of the stretch, counted from the span's; from `-extent` to S.
        extent: samples of a stretch.
    """
    flat = F.pad(wave.flatten(), (extent, extent))
    runs = flat.unfold(0, extent, 1)[row * wave.shape[1] + start + at + extent]
    place = at.int()[:, None] + torch.arange(extent, device=wave.device, dtype=torch.int32)
    before = int((-at).max().clamp_min(0))  # no stretch has more samples than these before its span
    runs[:, :before].masked_fill_(place[:, :before] < 0, 0)
    return runs.masked_fill_(place >= count.int()[:, None], 0)
