"""Series as a modality: standardised numbers kept, numbers and what is there of them read."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.losses.precision import at_least_float32
from coview.modalities.base import Modality, stack_present
from coview.modalities.series.moments import Moments
from coview.modalities.series.options import Scale, SeriesOptions
from coview.modalities.series.picture import series_picture
from coview.modalities.series.read import LEAST, Layout, beyond, oriented, read_series
from coview.nn.dilated_conv import DilatedConv
from coview.nn.sequence_conv import SequenceConv
from coview.nn.transformer import TokenNet
from coview.views.draw import Draw
from coview.views.sensor import draw_dropped, draw_gain, draw_order, draw_turns, turn
from coview.views.tiles import by_tiles
from coview.views.time import draw_bands, draw_span, in_bands, span_share, take_span

RAW_BINS = 32
STEP_TOLERANCE = 0.02
"""How far, as a share, the step of other data may be from that of training before it is told."""


class Series(Modality):
    """Series as standardised numbers `(B, V, S, C)` float32, NaN where a value is missing, with `length (B, V)`.

    Prepared: `(B, V, S, 2 C)`, the numbers, 0 where missing, and beside them which of them are there, 1 or 0: nothing
    missing is filled in, and encoders tell a 0 from what is not there. A token is `patch` times. Reconstruction is
    scored where values are there. S is the same for every view of a run; what is longer is cut at its end.

    Args:
        channels: C.
        samples: S, a whole number of patches.
        patch: times of a token.
        mean, std: of each channel over the data.
        options: as chosen, `SeriesOptions` by name.
    """

    name = "series"
    arrays = (".npy",)
    hidden = 0.4  # PatchTST, Nie et al. 2023

    def __init__(
        self,
        channels: int,
        samples: int,
        patch: int,
        mean: Sequence[float],
        std: Sequence[float],
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.channels, self.samples, self.patch = channels, samples, patch
        self.mean, self.std = np.asarray(mean, np.float64), np.asarray(std, np.float64)
        self.options = SeriesOptions.of(dict(options or {}))
        self.layout = self.options.layout or Layout.TIME_CHANNELS
        self.token_dim, self.target_dim = 2 * patch * channels, patch * channels

    @classmethod
    def adapt(cls, items: Iterable[np.ndarray], **options: Any) -> Series:
        """Channels, length and each channel's mean and deviation from the data; options: see `SeriesOptions`.

        The number of channels is the most common one. A channel that never moves is 0, one without a value missing.

        Raises:
            UserError: an option is unknown or out of range, or there is no series of at least two times.
        """
        chosen = SeriesOptions.of(options)
        moments: dict[int, Moments] = {}
        lengths: Counter[tuple[int, int]] = Counter()
        for item in items:
            values = oriented(item, chosen.layout or Layout.TIME_CHANNELS)
            if len(values) >= LEAST:
                lengths[values.shape[1], len(values)] += 1
                moments.setdefault(values.shape[1], Moments(values.shape[1])).add(values)
        if not moments:
            raise UserError(f"there is no series of at least {LEAST} times to take channels and statistics from")
        channels = max(moments, key=lambda c: (moments[c].series, -c))
        times = [n for (c, n), met in lengths.items() if c == channels for _ in range(met)]
        _check_layout(channels, times, chosen)
        samples, patch = chosen.resolve(times)
        found = moments[channels]
        return cls(channels, samples, patch, found.mean.tolist(), found.deviation.tolist(), asdict(chosen))

    def config(self) -> dict[str, Any]:
        """Extents, statistics and options."""
        extents = {name: getattr(self, name) for name in ("channels", "samples", "patch")}
        said = {name: str(v) if isinstance(v, Scale | Layout) else v for name, v in asdict(self.options).items()}
        return {**extents, "mean": self.mean.tolist(), "std": self.std.tolist(), "options": said}

    @staticmethod
    def read(raw: Any) -> np.ndarray:
        """See `read_series`."""
        return read_series(raw)

    def unfit(self, item: np.ndarray) -> str | None:
        """Too short, of another number of channels, or too far from the data for float32."""
        values = oriented(item, self.layout)
        if len(values) < LEAST:
            return f"has {len(values)} time{'' if len(values) == 1 else 's'}; a series has at least {LEAST}"
        if values.shape[1] != self.channels:
            return f"has {values.shape[1]} channels where the slot has {self.channels}"
        if self.options.standardise is Scale.DATA and (far := beyond(values, self.mean, self.std)) is not None:
            return f"has the value {far:g}, beyond what float32 holds (3.4e38) in units of the data's deviation"
        return None

    def notes(self, item: np.ndarray) -> list[str]:
        """Cut at its end."""
        cut = len(oriented(item, self.layout)) > self.samples
        return [f"cut after {self.samples} times (series.length)"] if cut else []

    def unlike(self, told: Mapping[str, Any]) -> str | None:
        """Of another step."""
        here, there = told.get("step"), self.options.step
        if here is None or there is None or abs(here - there) <= STEP_TOLERANCE * there:
            return None
        return f"steps of {here:.4g} where the run was trained with {there:.4g}; resampled, it would be read alike"

    def collate(self, items: Sequence[Sequence[np.ndarray | None]]) -> View:
        """Standardised numbers `(B, V, S, C)`; what does not fit is absent, with a warning."""
        present = stack_present(items)
        value = torch.zeros(*present.shape, self.samples, self.channels)
        length = torch.zeros(present.shape, dtype=torch.int64)
        for b, sample in enumerate(items):
            for v, item in enumerate(sample):
                if item is None:
                    continue
                if reason := self.unfit(item):
                    present[b, v] = False
                    warnings.warn(f"a series {reason}", stacklevel=2)
                    continue
                values = self._standardised(oriented(item, self.layout)[: self.samples])
                value[b, v, : len(values)] = torch.from_numpy(values)
                length[b, v] = len(values)
        return View(value, self.name, present, length)

    def _standardised(self, values: np.ndarray) -> np.ndarray:
        """`(S, C)` float32 of mean 0 and deviation 1, over the data or over itself."""
        values = values.astype(np.float64)
        if self.options.standardise is Scale.DATA:
            return ((values - self.mean) / self.std).astype(np.float32)
        own = Moments(self.channels)
        own.add(values)
        return ((values - own.mean) / own.deviation).astype(np.float32)

    def prepare(self, view: View) -> View:
        """Numbers and what is there of them, `(B, V, S, 2 C)`."""
        return view.with_value(self._told(view.value, view.valid))

    @staticmethod
    def _told(value: Tensor, valid: Tensor | None) -> Tensor:
        there = value.isfinite()
        if valid is not None:
            there = there & valid[..., None]
        return torch.cat([torch.where(there, value, 0), there.to(value.dtype)], -1)

    def augment(self, view: View, draw: Draw) -> View:
        """A stretch of at least `crop` of the series, with noise, gain, gaps, a channel off, and what options ask."""
        return self.crop(view, draw, scale=(self.options.crop, 1.0))

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """A stretch, its share drawn from `scale`; turned, shuffled, scaled, noisy, with channels and times missing.

        Params: `span (B, V, 2)` begin and end as shares of the series; `gain (B, V, C)`; `off (B, V, C)` channels
        hidden; `gaps (B, V, 2, 2)` first missing time and the end; where asked for, `turns (B, V, C // 3, 3, 3)` and
        `order (B, V, S)`, the time in the stretch that each one was taken from.
        """
        extent = max(self.patch, math.ceil(self.samples * size / self.patch) * self.patch)
        return by_tiles(lambda some, rows: self._crop(some, draw.of(draw.key[rows]), scale, extent), view)

    def _crop(self, view: View, draw: Draw, scale: tuple[float, float], extent: int) -> View:
        assert view.length is not None
        told = self.options
        start, count = draw_span(draw, view.length, scale, extent)
        value = take_span(view.value, start, count, extent)
        drawn = {"span": span_share(start, count, view.length)}
        if told.rotation and self.channels >= 3:
            drawn["turns"] = draw_turns(draw, view.width, self.channels // 3, told.rotation)
            value = self._turned(value, drawn["turns"])
        if told.segments > 1:
            drawn["order"] = draw_order(draw, count, extent, told.segments)
            value = value.gather(2, drawn["order"][..., None].expand_as(value))
        drawn["gain"] = draw_gain(draw, view.width, self.channels, told.scaling)
        value = value * drawn["gain"][:, :, None]
        if told.jitter:
            value = value + told.jitter * draw.normal("jitter", *value.shape[1:])
        seen = self._told(value, torch.arange(extent, device=value.device) < count[..., None])
        numbers, there = seen.chunk(2, -1)
        drawn["gaps"] = draw_bands(draw, "gap", count, 2, told.gaps)
        drawn["off"] = draw_dropped(draw, there.bool().any(2), told.dropout if self.channels > 1 else 0.0)
        hidden = in_bands(drawn["gaps"], extent)[..., None] | drawn["off"][:, :, None]
        seen = torch.cat([numbers.masked_fill(hidden, 0), there.masked_fill(hidden, 0)], -1)
        return view.with_value(seen, length=count, params={**view.params, **drawn})

    def _turned(self, value: Tensor, turns: Tensor) -> Tensor:
        """Turned in the units the series came in: standardised axes are no longer at right angles."""
        if self.options.standardise is Scale.SAMPLE:
            return turn(value, turns)
        mean, std = (torch.from_numpy(x).to(value) for x in (self.mean, self.std))
        return (turn(value * std + mean, turns) - mean) / std

    def tokens(self, view: View) -> View:
        """`patch` times each: `(B, V, T, patch * 2 C)`, the last one filled with what is not there."""
        value = nn.functional.pad(view.value, (0, 0, 0, -view.value.shape[2] % self.patch))
        length = view.length
        if length is not None:
            length = torch.div(length + self.patch - 1, self.patch, rounding_mode="floor")
        return view.with_value(value.unflatten(2, (-1, self.patch)).flatten(3), length=length)

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Prepared values `(B, V, S, 2 C)`."""
        return tokens.unflatten(3, (self.patch, -1)).flatten(2, 3)[:, :, : like.value.shape[2]]

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean squared error over a token's values that are there; 0 where none is.

        Values are not normalised token by token, as MAE does with pictures: a level says as much as a shape here.
        """
        return self._over_there(prediction, tokens, lambda apart: apart.square())

    @at_least_float32
    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean absolute difference over a token's values that are there; 0 where none is."""
        return self._over_there(prediction, tokens, lambda apart: apart.abs())

    def _over_there(self, prediction: Tensor, tokens: Tensor, error: Callable[[Tensor], Tensor]) -> Tensor:
        target, there = tokens.unflatten(-1, (self.patch, -1)).chunk(2, -1)
        each = error(prediction.unflatten(-1, (self.patch, -1)) - target) * there
        return each.sum((-2, -1)) / there.sum((-2, -1)).clamp_min(1)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`."""
        return (-(-view.value.shape[2] // self.patch),)

    def raw(self, view: View) -> Tensor:
        """The series in 32 averages a channel over its length, and each channel's deviation: `(B, V, 33 C)`.

        A stretch without a value reads 0, the mean.
        """
        assert view.length is not None
        numbers, there = self.prepare(view).value.chunk(2, -1)
        at = torch.arange(view.value.shape[2], device=numbers.device)
        bins = (at * RAW_BINS // view.length.clamp_min(1)[..., None]).clamp_max(RAW_BINS - 1)[..., None]
        empty = numbers.new_zeros(*view.present.shape, RAW_BINS, self.channels)
        total, count = (empty.scatter_add(2, bins.expand_as(x), x) for x in (numbers, there))
        every = there.sum(2).clamp_min(1)
        spread = (numbers.square().sum(2) / every - (numbers.sum(2) / every).square()).clamp_min(0).sqrt()
        return torch.cat([(total / count.clamp_min(1)).flatten(2), spread], -1)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """A line for each channel over time, broken where values are missing."""
        assert view.length is not None
        return [
            [
                series_picture(view.value[b, v, : view.length[b, v]]) if view.present[b, v] else None
                for v in range(view.width)
            ]
            for b in range(len(view))
        ]

    def show_prepared(self, view: View) -> list[list[Image.Image | None]]:
        """The same of a prepared view."""
        numbers, there = view.value.chunk(2, -1)
        return self.show(view.with_value(numbers.masked_fill(there == 0, torch.nan)))

    def _conv(self, *, dim: int = 128) -> nn.Module:
        """Convolutions that halve the time until about a dozen frames are left, and their mean."""
        halvings = min(6, max(1, round(math.log2(self.samples / 12))))
        widths = [max(dim // 4, dim >> max(0, halvings - 1 - i)) for i in range(halvings)]
        embed = nn.Linear(2 * self.channels, widths[0])
        return SequenceConv(embed, [widths[0], *widths[1:], dim, dim], strides=[*[2] * halvings, 1])

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {
        "conv": _conv,
        "vit": TokenNet,
        "dilated": DilatedConv,
    }


def _check_layout(channels: int, times: Sequence[int], chosen: SeriesOptions) -> None:
    """Raises UserError where time is likely to be the other axis, and the user did not say."""
    usual = int(np.median(times))
    if chosen.layout is None and channels > 16 and channels > 4 * usual:
        raise UserError(
            f"series have {channels} channels and {usual} times as they are read, time first; say "
            "series.layout=channels-time if it is the other way round, series.layout=time-channels if it is not"
        )
