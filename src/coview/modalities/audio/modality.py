"""Audio as a modality: waveforms kept, log-mel frames read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.losses.precision import at_least_float32
from coview.modalities.audio.blocks import BLOCK, Blocks
from coview.modalities.audio.mel import fft_size, mel_energy
from coview.modalities.audio.noise import STARTS, add_noise, noise_table
from coview.modalities.audio.options import AudioOptions
from coview.modalities.audio.picture import spectrogram_picture
from coview.modalities.audio.read import MOST_SECONDS, UNNAMED_RATE, Clip, read_clip, resample
from coview.modalities.base import Modality, stack_present, unflatten
from coview.nn.sequence_conv import SequenceConv
from coview.nn.transformer import TokenNet
from coview.views.draw import Draw
from coview.views.tiles import by_tiles
from coview.views.time import draw_bands, draw_span, in_bands, span_share

FLOOR = 1e-8
"""Energy added before the logarithm: 74 dB below a sine of full scale."""

STATISTICS_FROM = 512
"""Clips that mean and spread are taken from: enough to know 64 numbers of each to 2 %."""


class Audio(Modality):
    """Audio as waveforms `(B, V, S)` float16, full scale at 1, zeros where padded, with `length (B, V)` in samples.

    Prepared: log-mel frames `(B, V, F, mels)` float32, each band standardised over the data, zeros where padded, with
    `length` in frames. A token is `patch` frames. S is the same for every view of a run; what is longer is cut at its
    end.

    Args:
        rate: samples a second.
        samples: S, a whole number of patches.
        hop: samples from frame to frame.
        window: samples a frame sees.
        mels: bands of the mel scale.
        patch: frames of a token.
        mean, std: of each band over the data's frames.
    """

    name = "audio"

    def __init__(
        self,
        *,
        rate: int,
        samples: int,
        hop: int,
        window: int,
        mels: int,
        patch: int,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
    ) -> None:
        self.rate, self.samples, self.hop, self.window, self.mels, self.patch = rate, samples, hop, window, mels, patch
        self.n_fft = fft_size(rate, window, mels)
        self.mean = torch.zeros(mels) if mean is None else torch.tensor(mean)
        self.std = torch.ones(mels) if std is None else torch.tensor(std)
        self.token_dim = self.target_dim = patch * mels
        self._there: dict[torch.device, tuple[Tensor, Tensor, Tensor]] = {}

    @classmethod
    def adapt(cls, items: Iterable[Clip], **options: Any) -> Audio:
        """Rate, length and the bands' statistics from the data; options: see `AudioOptions`.

        Raises:
            UserError: an option is unknown or out of range, or there is no audio.
        """
        chosen = AudioOptions.of(options)
        rates: Counter[int] = Counter()
        seconds: list[float] = []
        kept: list[Clip] = []
        spot = np.random.default_rng(0)
        for item in items:
            rates[item.rate or UNNAMED_RATE] += 1
            seconds.append(item.seconds)
            if len(kept) < STATISTICS_FROM:
                kept.append(item)
            elif (at := int(spot.integers(len(seconds)))) < STATISTICS_FROM:
                kept[at] = item
        if not seconds:
            raise UserError("there is no audio to take rate, length and statistics from")
        rate, samples, hop = chosen.resolve(rates, seconds)
        audio = cls(rate=rate, samples=samples, hop=hop, window=2 * hop, mels=chosen.mels, patch=chosen.patch)
        audio._standardise(kept)
        return audio

    def _standardise(self, clips: Sequence[Clip]) -> None:
        """Takes each band's mean and standard deviation over the valid frames of clips.

        A band that hardly moves (above the recordings' own range) is not blown up: no spread counts as less than a
        tenth of the bands' average.
        """
        frames = []
        for first in range(0, len(clips), 32):
            prepared = self.prepare(self.collate([[clip] for clip in clips[first : first + 32]]))
            assert prepared.valid is not None
            frames.append(prepared.value[prepared.valid].double())
        joined = torch.cat(frames)
        spread = joined.std(0, correction=0)
        self.mean, self.std = joined.mean(0).float(), spread.clamp_min(0.1 * spread.mean() + 1e-3).float()
        self._there.clear()

    def config(self) -> dict[str, Any]:
        """Rate, extents and statistics."""
        extents = {name: getattr(self, name) for name in ("rate", "samples", "hop", "window", "mels", "patch")}
        return {**extents, "mean": self.mean.tolist(), "std": self.std.tolist()}

    @staticmethod
    def read(raw: Any) -> Clip:
        """See `read_clip`."""
        return read_clip(raw)

    def notes(self, item: Clip) -> list[str]:
        """Cut at its end."""
        if len(item.wave) * self.rate >= (self.samples + 1) * (item.rate or self.rate):
            return [f"cut after {self.samples / self.rate:.3g} s (audio.seconds)"]
        return [f"cut after {MOST_SECONDS:g} s, the most that is read"] if item.more else []

    def collate(self, items: Sequence[Sequence[Clip | None]]) -> View:
        """Waveforms `(B, V, S)` at the modality's rate.

        float16 keeps 11 bits of every sample at any loudness and takes half the room.
        """
        present = stack_present(items)
        value = torch.zeros(*present.shape, self.samples, dtype=torch.float16)
        length = torch.zeros(present.shape, dtype=torch.int64)
        for b, sample in enumerate(items):
            for v, clip in enumerate(sample):
                if clip is None:
                    continue
                wave = self._at_own_rate(clip)
                value[b, v, : len(wave)] = torch.from_numpy(wave)
                length[b, v] = len(wave)
        return View(value, self.name, present, length)

    def _at_own_rate(self, clip: Clip) -> np.ndarray:
        """`(<= S,)` float32; what would be cut off is not resampled."""
        needed = math.ceil(self.samples * (clip.rate or self.rate) / self.rate) + 1
        wave = resample(Clip(clip.wave[:needed], clip.rate), self.rate)[: self.samples]
        loudest = torch.finfo(torch.float16).max
        return np.clip(wave, -loudest, loudest) if len(wave) else np.zeros(1, np.float32)

    def _band_energies(
        self, wave: Tensor, start: Tensor | None = None, count: Tensor | None = None, frames: int | None = None
    ) -> Blocks:
        """`(N, S)` -> blocks of `(N, frames, mels)` of spans; see `mel_energy`."""
        extents = {"rate": self.rate, "window": self.window, "hop": self.hop, "mels": self.mels, "n_fft": self.n_fft}
        return mel_energy(wave, start, count, frames=frames, **extents)

    def _energy(self, view: View, start: Tensor, count: Tensor, frames: int) -> tuple[Blocks, Tensor]:
        """Energies of bands, blocks of `(B * V, frames, mels)`, of spans of stored waveforms; `(B, V)` frames there."""
        energy = self._band_energies(view.value.flatten(0, 1), start.flatten(), count.flatten(), frames)
        return energy, torch.div(count + self.hop - 1, self.hop, rounding_mode="floor")

    def _constants(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and spread of the bands and the noise table, kept where they were needed once."""
        if device not in self._there:
            frames = STARTS + self.samples // self.hop + BLOCK
            noise = noise_table(lambda wave: self._band_energies(wave).dense(), frames * self.hop)
            self._there[device] = self.mean.to(device), self.std.to(device), noise.to(device)
        return self._there[device]

    def prepare(self, view: View) -> View:
        """Standardised log-mel frames `(B, V, S / hop, mels)`."""
        return by_tiles(lambda some, _: self._whole(some), view)

    def _whole(self, view: View) -> View:
        assert view.length is not None
        frames = -(-view.value.shape[2] // self.hop)
        energy, length = self._energy(view, torch.zeros_like(view.length), view.length, frames)
        return self._heard(view, energy, length)

    def _heard(
        self, view: View, energy: Blocks, length: Tensor, *, bands: Tensor | None = None, times: Tensor | None = None
    ) -> View:
        """Standardised logarithms of energies, which are overwritten; 0 where hidden, and after the end.

        Args:
            view: what is heard, whose energies these are.
            energy: blocks of `(B * V, F, mels)`.
            length: `(B, V)` in frames.
            bands: `(B, V, mels)` bool, hidden ones.
            times: `(B, V, F)` bool, hidden frames.
        """
        mean, std, _ = self._constants(length.device)
        scale, shift = 1 / std, -mean / std
        seen = torch.arange(energy.shape[1], device=length.device) < length[..., None]
        if times is not None:
            seen &= ~times
        if bands is not None:
            told = ~bands.flatten(0, 1)
            scale, shift = ((x * told)[energy.row, None] for x in (scale, shift))
        frames = torch.addcmul(shift, energy.values.add_(FLOOR).log_(), scale)
        frames.mul_(energy.of(seen.flatten(0, 1))[..., None])
        return view.with_value(unflatten(replace(energy, values=frames).dense(), view), length=length)

    def augment(self, view: View, draw: Draw) -> View:
        """Three fifths to all of the clip, with gain, noise and SpecAugment's masks."""
        return self.crop(view, draw, scale=(0.6, 1.0))

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """A span of the clip, its share drawn from `scale`; gain, noise, then masks over bands and over time.

        Masks (two of each, up to a fifth of the bands and a tenth of the frames) are set to 0, the mean, as in
        SpecAugment: Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition",
        Interspeech 2019.

        Params: `span (B, V, 2)` begin and end as shares of the clip, `gain (B, V)` in dB, `snr (B, V)` in dB,
        `bands (B, V, 2, 2)` and `times (B, V, 2, 2)` first masked band or frame and the end.
        """
        assert view.length is not None
        step = self.hop * self.patch
        extent = math.ceil(view.value.shape[2] * size / step) * step
        start, count = draw_span(draw, view.length, scale, extent)
        gain = draw.uniform("gain", -6.0, 6.0, view.width)
        snr = draw.uniform("signal to noise", 10.0, 50.0, view.width)
        length = torch.div(count + self.hop - 1, self.hop, rounding_mode="floor")
        bands = draw_bands(draw, "band mask", torch.full_like(count, self.mels), 2, 0.2)
        times = draw_bands(draw, "time mask", length, 2, 0.1)
        drawn = {"gain": gain, "snr": snr, "bands": bands, "times": times}
        told = view.with_value(view.value, params={**drawn, "start": start, "count": count})
        seen = by_tiles(lambda some, rows: self._crop(some, draw.of(draw.key[rows]), extent // self.hop), told)
        span = {"span": span_share(start, count, view.length)}
        return seen.with_value(seen.value, params={**view.params, **span, **drawn})

    def _crop(self, view: View, draw: Draw, frames: int) -> View:
        """Of params `start` and `count (B, V)` in samples, and those of `crop`."""
        told = view.params
        energy, length = self._energy(view, told["start"], told["count"], frames)
        noise = self._constants(energy.values.device)[2]
        noisy = add_noise(energy, length, told["snr"], noise, draw)
        noisy.mul_((told["gain"].flatten() * (math.log(10) / 10)).exp()[energy.row, None, None])
        bands, times = in_bands(told["bands"], self.mels), in_bands(told["times"], frames)
        return self._heard(view, replace(energy, values=noisy), length, bands=bands, times=times)

    def tokens(self, view: View) -> View:
        """`patch` frames each: `(B, V, T, patch * mels)`, the last one filled with zeros."""
        frames = view.value
        frames = nn.functional.pad(frames, (0, 0, 0, -frames.shape[2] % self.patch))
        length = view.length
        if length is not None:
            length = torch.div(length + self.patch - 1, self.patch, rounding_mode="floor")
        return view.with_value(frames.unflatten(2, (-1, self.patch)).flatten(3), length=length)

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Frames `(B, V, F, mels)`."""
        return tokens.unflatten(3, (self.patch, self.mels)).flatten(2, 3)[:, :, : like.value.shape[2]]

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean squared error. Frames are not normalised one by one, as MAE does with patches of pictures: how loud
        a moment is tells as much as its timbre.
        """
        return (prediction - tokens).square().mean(-1)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`."""
        return (-(-view.value.shape[2] // self.patch),)

    def raw(self, view: View) -> Tensor:
        """Mean and standard deviation of every band over the valid frames: `(B, V, 2 * mels)`."""
        seen = self.prepare(view)
        assert seen.length is not None
        assert seen.valid is not None
        count = seen.length.clamp_min(1)[..., None].float()
        mean = seen.value.sum(2) / count
        apart = (seen.value - mean[:, :, None]).masked_fill(~seen.valid[..., None], 0)
        return torch.cat([mean, (apart.square().sum(2) / count).sqrt()], -1)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """A spectrogram under its waveform, time to the right, low bands at the bottom."""
        seen = self.prepare(view)
        assert view.length is not None
        assert seen.length is not None
        return [
            [
                spectrogram_picture(view.value[b, v, : view.length[b, v]], seen.value[b, v, : seen.length[b, v]])
                if view.present[b, v]
                else None
                for v in range(view.width)
            ]
            for b in range(len(view))
        ]

    def _conv(self, *, dim: int = 256) -> nn.Module:
        """Convolutions over frames, three of which halve the time, and the mean over valid frames."""
        return SequenceConv(nn.Linear(self.mels, dim // 2), [dim // 2, dim // 2, dim, dim], strides=[2, 2, 2])

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"conv": _conv, "vit": TokenNet}
