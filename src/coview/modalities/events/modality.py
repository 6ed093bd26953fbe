"""Events as a modality: typed fields kept, events read as tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.modalities.base import Modality, Unfit, stack_present
from coview.modalities.events.error import event_error
from coview.modalities.events.fields import Fields, fit_fields
from coview.modalities.events.options import EventsOptions
from coview.modalities.events.picture import events_picture
from coview.modalities.events.read import History, read_history
from coview.modalities.events.store import Coder
from coview.nn.event_embedding import EventEmbedding
from coview.nn.gru import SequenceGRU
from coview.nn.transformer import TokenNet
from coview.views.blend import splice
from coview.views.draw import Draw
from coview.views.thin import draw_kept, merge_gaps, thin
from coview.views.time import draw_span, span_share, take_span


class Events(Modality):
    """Events of an entity as `(B, V, T, F)` float32 in order of time, with `length (B, V)`.

    Fields are the gap to the event before in the unit it came in, numbers standardised over the data, and codes of
    words, 0 for words that training did not meet; NaN is missing. Prepared: `(B, V, T, 2 F)`, gaps as standardised
    logarithms, 0 where missing, and beside them which fields are there, 1 or 0. A token is an event, hidden whole and
    told field by field. T is the same for every view of a run; of what is longer the latest events are kept.

    Args:
        fields: fitted, as JSON.
        length: T.
        options: as chosen, `EventsOptions` by name.
    """

    name = "events"
    hidden = 0.2  # BERT4Rec, Sun et al. 2019: 0.2 to 0.6
    default_encoder = "gru"

    def __init__(self, fields: Mapping[str, Any], length: int, options: Mapping[str, Any] | None = None) -> None:
        self.fields = Fields.from_json(fields)
        self.length = length
        self.options = EventsOptions.of(dict(options or {}))
        self.codes = [c.codes for c in self.fields.categories]
        self.coder = Coder(self.fields)
        self.token_dim = 2 * self.fields.width
        self.target_dim = self.fields.numeric + sum(self.codes)

    @classmethod
    def adapt(cls, items: Iterable[History], **options: Any) -> Events:
        """Fields, their words and statistics, and length from the data; options: see `EventsOptions`.

        Raises:
            UserError: an option is unknown or out of range, or nothing tells events apart.
        """
        chosen = EventsOptions.of(options)
        histories = list(items)
        if not histories:
            raise UserError("there are no events to take fields from")
        length = chosen.resolve([history.events for history in histories])
        return cls(fit_fields(histories, chosen).to_json(), length, asdict(chosen))

    def config(self) -> dict[str, Any]:
        """Fields, length and options."""
        options = {name: list(x) if isinstance(x, tuple) else x for name, x in asdict(self.options).items()}
        return {"fields": self.fields.to_json(), "length": self.length, "options": options}

    @property
    def predicted(self) -> int | None:
        """Which field of words evaluation predicts, by its place among them; None where there is none."""
        names = [c.name for c in self.fields.categories]
        return names.index(self.options.predict or names[0]) if names else None

    @staticmethod
    def read(raw: Any) -> History:
        """See `read_history`."""
        return read_history(raw)

    def unfit(self, item: History) -> str | None:
        """Without one of the fields, or with words for numbers."""
        try:
            self.coder.check(item)
        except Unfit as unfit:
            return str(unfit)
        return None

    def notes(self, item: History) -> list[str]:
        """Cut at its beginning; fields that it lacks; words without a code."""
        cut = [f"cut to the latest {self.length} (events.length)"] if item.events > self.length else []
        return [*cut, *self.coder.notes(item)]

    def collate(self, items: Sequence[Sequence[History | None]]) -> View:
        """Stored fields `(B, V, T, F)`; what does not fit is absent."""
        stored = [[None if item is None else self._stored(item) for item in sample] for sample in items]
        present = stack_present(stored)
        value = torch.zeros(*present.shape, self.length, self.fields.width)
        length = torch.zeros(present.shape, dtype=torch.int64)
        for b, sample in enumerate(stored):
            for v, rows in enumerate(sample):
                if rows is None:
                    continue
                rows = rows[-self.length :]
                value[b, v, : len(rows)] = torch.from_numpy(rows)
                length[b, v] = len(rows)
        return View(value, self.name, present, length)

    def _stored(self, item: History) -> np.ndarray | None:
        """`(T, F)` float32; None where it does not fit."""
        try:
            return self.coder.encode(item)
        except Unfit:
            return None

    def prepare(self, view: View) -> View:
        """Fields and which of them are there, `(B, V, T, 2 F)`."""
        told, gap = view.value, self.fields.gap
        waited = ((told[..., :1] / self.fields.unit).log1p() - gap.mean) / gap.std
        told = torch.cat([waited, told[..., 1:]], -1)
        there = told.isfinite()
        if view.valid is not None:
            there = there & view.valid[..., None]
        return view.with_value(torch.cat([torch.where(there, told, 0), there.to(told.dtype)], -1))

    def augment(self, view: View, draw: Draw) -> View:
        """A stretch of at least `crop` of the events, some left out, some fields hidden."""
        return self.crop(view, draw, scale=(self.options.crop, 1.0))

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """A stretch, its share drawn from `scale`; a share of its events left out, never all, and of its fields hidden.

        Stretches of one entity as looks that are alike: Babaev et al., "CoLES: Contrastive Learning for Event
        Sequences with Self-Supervision", SIGMOD 2022, https://arxiv.org/abs/2002.08232.

        Params: `span (B, V, 2)` begin and end as shares of the events; `kept (B, V, T)` bool by position in the
        stretch; `hidden (B, V, T, F)` bool.
        """
        assert view.length is not None
        extent = max(1, math.ceil(view.value.shape[2] * size))
        start, count = draw_span(draw, view.length, scale, extent)
        value = take_span(view.value, start, count, extent)
        kept = draw_kept(draw, count, extent, self.options.dropout)
        gaps = merge_gaps(value[..., 0], kept)
        value, length = thin(torch.cat([gaps[..., None], value[..., 1:]], -1), kept)
        hidden = draw.chance("hidden field", self.options.hide, *value.shape[1:])
        numeric = self.fields.numeric
        value = torch.cat(
            [
                value[..., :numeric].masked_fill(hidden[..., :numeric], torch.nan),
                value[..., numeric:].masked_fill(hidden[..., numeric:], 0),
            ],
            -1,
        )
        drawn = {"span": span_share(start, count, view.length), "kept": kept, "hidden": hidden}
        return self.prepare(view.with_value(value, length=length, params={**view.params, **drawn}))

    def tokens(self, view: View) -> View:
        """The events themselves."""
        return view

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """The events themselves."""
        return tokens

    def token_embedding(self, dim: int) -> nn.Module:
        """See `EventEmbedding`."""
        return EventEmbedding(self.fields.numeric, self.codes, dim)

    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """See `event_error`: squared errors and cross entropies, each in its field's unit."""
        return self._error(prediction, tokens, absolute=False)

    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The same with absolute differences of numbers."""
        return self._error(prediction, tokens, absolute=True)

    def _error(self, prediction: Tensor, tokens: Tensor, *, absolute: bool) -> Tensor:
        entropy = [c.entropy for c in self.fields.categories]
        return event_error(prediction, tokens, self.fields.numeric, self.codes, entropy, absolute=absolute)

    def blend(self, own: View, other: View, share: Tensor) -> View:
        """The first events of one's own, the last of the other's: codes cannot be averaged."""
        return splice(own, other, share)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`."""
        return (view.value.shape[2],)

    def raw(self, view: View) -> Tensor:
        """What is usually computed by hand: `(B, V, D)`.

        Mean and deviation of every number and of the gap, the share of every word, and the logarithm of how many
        events there are.
        """
        seen = self.prepare(view)
        assert seen.length is not None
        given, there = seen.value.chunk(2, -1)
        numeric = self.fields.numeric
        numbers, has = given[..., :numeric], there[..., :numeric]
        count = has.sum(2).clamp_min(1)
        mean = (numbers * has).sum(2) / count
        spread = ((numbers - mean[:, :, None]).square() * has).sum(2).div(count).sqrt()
        shares = [self._shares(given[..., numeric + k], there[..., numeric + k], n) for k, n in enumerate(self.codes)]
        return torch.cat([mean, spread, *shares, seen.length[..., None].to(mean.dtype).log1p()], -1)

    @staticmethod
    def _shares(codes: Tensor, there: Tensor, many: int) -> Tensor:
        """How often each code is met among those there are, `(B, V, T)` -> `(B, V, many)`."""
        counts = codes.new_zeros(*codes.shape[:2], many).scatter_add(2, codes.round().long(), there)
        return counts / there.sum(2, keepdim=True).clamp_min(1)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """A column an event, a row a field: see `events_picture`."""
        return self.show_prepared(self.prepare(view))

    def show_prepared(self, view: View) -> list[list[Image.Image | None]]:
        """The same of a prepared view."""
        given, there = view.value.chunk(2, -1)
        cells = given.masked_fill(there == 0, torch.nan)
        assert view.length is not None
        return [
            [
                events_picture(cells[b, v, : view.length[b, v]], self.fields.numeric) if view.present[b, v] else None
                for v in range(view.width)
            ]
            for b in range(len(view))
        ]

    def _gru(self, *, dim: int = 128) -> nn.Module:
        """A gated recurrent unit over the events, read out at the last one."""
        width = max(16, dim // 2)
        return SequenceGRU(self.token_embedding(width), width, dim)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"gru": _gru, "vit": TokenNet}
