"""The few types that everything speaks: views, batches, and what methods say of them.

Shapes: B samples, V views of each, T tokens, D features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor


@dataclass
class View:
    """Looks at B samples in one modality, V of each: a slot's natural views, or augmented, cropped, masked ones.

    Args:
        value: `(B, V, ...)`, or anything with length, row selection (`value[rows]`) and `.to(device)`.
        modality: name of the modality that can read `value`.
        present: `(B, V)` bool, the views that are there. Values of absent ones are zeros nobody reads.
        length: `(B, V)` int64, how many positions along axis 2 are valid (text, audio, series), or None where all are.
        params: what each look was drawn with (crop box, rotation, mask), by name, each `(B, ...)`.
    """

    value: Any
    modality: str
    present: Tensor
    length: Tensor | None = None
    params: dict[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.present)

    def __getitem__(self, rows: Any) -> View:
        return View(
            self.value[rows],
            self.modality,
            self.present[rows],
            None if self.length is None else self.length[rows],
            {name: p[rows] for name, p in self.params.items()},
        )

    @property
    def width(self) -> int:
        """V, the number of views of each sample."""
        return self.present.shape[1]

    @property
    def valid(self) -> Tensor | None:
        """`(B, V, T)` bool, the positions that are not padding, or None where all are."""
        if self.length is None:
            return None
        positions = torch.arange(self.value.shape[2], device=self.length.device)
        return positions < self.length[..., None]

    def with_value(self, value: Any, **changes: Any) -> View:
        """The same look with another value, and any other field named."""
        return replace(self, value=value, **changes)

    @property
    def first(self) -> Tensor:
        """`(B, 1)` int64, the position of each sample's first look that is there; 0 where none is."""
        return self.present.byte().argmax(1, keepdim=True)

    def pick(self, views: Any) -> View:
        """The looks of the given positions along V (a slice or a list): `(B, v, ...)`.

        With a tensor `(B, v)` of positions each sample picks its own.
        """
        if isinstance(views, Tensor):
            rows = torch.arange(len(self), device=views.device)[:, None]
            at: Any = (rows, views)
            flat = (rows * self.width + views).flatten()
        else:
            at, flat = (slice(None), views), None

        def pick(x: Any) -> Any:
            if flat is None or not isinstance(x, Tensor):
                return x[at]
            # Whole runs of memory: several times faster than an index with two tensors.
            return x.flatten(0, 1).index_select(0, flat).unflatten(0, views.shape)

        return View(
            pick(self.value),
            self.modality,
            self.present[at],
            None if self.length is None else self.length[at],
            {name: p[at] if p.ndim > 1 and p.shape[1] == self.width else p for name, p in self.params.items()},
        )

    def to(self, device: Any, non_blocking: bool = True) -> View:
        """The same look on another device."""

        def move(x: Any) -> Any:
            return x.to(device, non_blocking=non_blocking)

        length = None if self.length is None else move(self.length)
        params = {name: move(p) for name, p in self.params.items()}
        return View(move(self.value), self.modality, move(self.present), length, params)


@dataclass
class Batch(Mapping[str, View]):
    """Samples stacked: slot name -> its natural views `(B, V, ...)`.

    Args:
        slots: by name; any may be missing for any sample (`present`).
        ids: `(B,)` int64, which sample this is, the same in every epoch and on every process.
        key: `(B,)` int64, what draws are keyed by: the id, and which time in this step the sample is met.
        within: by level (`recording`, `subject`), `(B,)` int64, what each sample is a part of: equal for parts of one.
    """

    slots: dict[str, View]
    ids: Tensor
    key: Tensor
    within: dict[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots)

    def __getitem__(self, slot: str) -> View:
        return self.slots[slot]

    def rows(self, rows: Any) -> Batch:
        """The samples at `rows` (a slice, mask or index)."""
        slots = {name: view[rows] for name, view in self.slots.items()}
        within = {level: wholes[rows] for level, wholes in self.within.items()}
        return Batch(slots, self.ids[rows], self.key[rows], within)

    def to(self, device: Any) -> Batch:
        """The same samples on another device."""
        slots = {name: view.to(device) for name, view in self.slots.items()}
        within = {level: wholes.to(device) for level, wholes in self.within.items()}
        return Batch(slots, self.ids.to(device), self.key.to(device), within)


@dataclass
class Views(Mapping[str, View]):
    """How a chunk of samples is looked at.

    Args:
        views: by name, each `(B, V, ...)`.
        weights: by the name of a loss of `represent`, `(B,)` weight of each sample in its mean; 1 where not named.
        step: whole-step entries, alike for every chunk (a block size, today's sub-network).
        carry: `(B, ...)` tensors that `represent` wants beside the views.
        key: `(B,)` the samples' draw keys; the engine fills it in.
    """

    views: dict[str, View]
    weights: dict[str, Tensor] = field(default_factory=dict)
    step: dict[str, Any] = field(default_factory=dict)
    carry: dict[str, Tensor] = field(default_factory=dict)
    key: Tensor | None = None

    def __len__(self) -> int:
        return len(next(iter(self.views.values())))

    def __iter__(self) -> Iterator[str]:
        return iter(self.views)

    def __getitem__(self, name: str) -> View:
        return self.views[name]


@dataclass
class Reps:
    """What each look says.

    Args:
        features: `(B, ...)` by name: must meet the other samples of the step. With a graph they get a gradient,
            without one they are carried as they are. Axes after the first may differ between chunks where `relate`
            has a `valid` beside them: they are padded with zeros.
        losses: `(B,)` by name: need only their own sample; the engine takes the mean weighted by `Views.weights`.
    """

    features: dict[str, Tensor] = field(default_factory=dict)
    losses: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class Features(Mapping[str, Tensor]):
    """Every sample's features of one step, chunks and processes joined: what `relate` sees.

    Args:
        tensors: `(B, ...)` by name.
        key: `(B,)` draw keys of the samples.
        draw: keyed draws over the joined samples.
    """

    tensors: dict[str, Tensor]
    key: Tensor
    draw: Any = None

    def __len__(self) -> int:
        return len(self.key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __getitem__(self, name: str) -> Tensor:
        return self.tensors[name]

    def there(self, *names: str) -> list[Tensor]:
        """The named features of the samples that are `present`, `(N, ...)` each; no copy where all are."""
        present = self.tensors["present"]
        return [self.tensors[n] if bool(present.all()) else self.tensors[n][present] for n in names]


@dataclass
class Relations:
    """What the looks teach each other.

    Args:
        losses: scalars by name. A relation that nobody carries this step is left out, not zero.
        kept: what `after_step` needs to move state (queues, centres, counts); detached by the engine.
        seen: what the losses compared, for the health report: `(N, V, D)` by name, V looks at each of the N samples
            that are there (`(N, D)` where there is one); detached by the engine.
    """

    losses: dict[str, Tensor] = field(default_factory=dict)
    kept: dict[str, Tensor] = field(default_factory=dict)
    seen: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class Embedding:
    """One slot's embeddings: `values (B, V, D)` and which of them are there, `present (B, V)`."""

    values: Tensor
    present: Tensor


Embeddings = dict[str, dict[str, Embedding]]
"""Space -> slot -> embedding. Slots of one space are comparable (image and text in a joint space).

The first space that holds a slot is its representation, which probes read. What is compared (views of a slot, slots
with each other) is compared in the last space that holds both: the one the method made for comparing.
"""


@dataclass
class HeatMap:
    """Where in one slot's samples a method finds what another slot says of them.

    Args:
        slot: the one that is looked at.
        asked: the one that says what is looked for.
        values: `(B, *grid)`, a number for each token of `slot` (`Modality.grid`): higher where it is found.
        present: `(B,)` bool, the samples that have both.
    """

    slot: str
    asked: str
    values: Tensor
    present: Tensor
