"""Where samples come from: every source, folder, table or catalog, becomes this one plain thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from coview.batch import Batch, View
from coview.modalities.base import Modality


@dataclass
class Column:
    """One slot before it is read: raw references by sample and natural view.

    Args:
        modality: name of the modality that reads them.
        items: N samples of V raw values each (path, bytes, text, number list, array; None where absent). V is the
            same for every sample: shorter ones are filled with None.
        views: names of the V natural views (artists, voices, languages), or empty.
    """

    modality: str
    items: Sequence[Sequence[Any | None]]
    views: tuple[str, ...] = ()


@dataclass
class Source:
    """Samples as references: nothing is decoded yet.

    Args:
        name: what the user called it.
        columns: slot name -> column; all of the same length N.
        names: N sample names, unique, stable between runs: ids are their hashes.
        labels: by name, N values each, for evaluation only; None or NaN where unknown.
        groups: N group names kept together in splits, or None (each sample its own).
        skipped: what was left out already while listing: (name, reason).
        about: licence, origin and credit lines, for pictures and reports.
        split: N of {"train", "valid", "test"} where the data set fixes its own; else by hash.
    """

    name: str
    columns: dict[str, Column]
    names: list[str]
    labels: dict[str, np.ndarray] = field(default_factory=dict)
    groups: list[str] | None = None
    skipped: list[tuple[str, str]] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    split: list[str] | None = None

    def __len__(self) -> int:
        return len(self.names)


@dataclass
class Data:
    """Samples ready to be batched: what the engine and the evaluation read.

    Args:
        name: the source's.
        slots: slot name -> stored view of all N samples (or anything with `__len__` and `[rows] -> View`).
        modalities: slot name -> the fitted modality.
        ids: `(N,)` int64.
        names, labels, groups, skipped, about: as in `Source`.
        view_names: slot name -> names of its natural views.
    """

    name: str
    slots: dict[str, Any]
    modalities: dict[str, Modality]
    ids: torch.Tensor
    names: list[str]
    labels: dict[str, np.ndarray] = field(default_factory=dict)
    groups: list[str] | None = None
    skipped: list[tuple[str, str]] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    view_names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, rows: torch.Tensor | slice, key: torch.Tensor | None = None) -> Batch:
        """The samples at `rows`, with draw keys `key` (default: their ids)."""
        slots: dict[str, View] = {name: slot[rows] for name, slot in self.slots.items()}
        ids = self.ids[rows]
        return Batch(slots, ids, ids if key is None else key)

    def only(self, slots: Sequence[str]) -> Data:
        """The same samples with some slots alone."""
        kept = {name: self.slots[name] for name in slots}
        modalities = {name: self.modalities[name] for name in slots}
        return Data(
            self.name, kept, modalities, self.ids, self.names, self.labels, self.groups, self.skipped, self.about,
            {name: self.view_names.get(name, ()) for name in slots},
        )  # fmt: skip

    def rows(self, rows: torch.Tensor) -> Data:
        """Some of the samples."""
        at = rows.nonzero()[:, 0] if rows.dtype == torch.bool else rows
        where = at.tolist()
        return Data(
            self.name,
            {name: slot[at] for name, slot in self.slots.items()},
            self.modalities,
            self.ids[at],
            [self.names[i] for i in where],
            {name: values[where] for name, values in self.labels.items()},
            None if self.groups is None else [self.groups[i] for i in where],
            self.skipped,
            self.about,
            self.view_names,
        )
