"""Where samples come from: every source, folder, table or catalog, becomes this one plain thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from coview.batch import Batch, View
from coview.data.items import Items
from coview.errors import UserError
from coview.modalities.base import Modality

if TYPE_CHECKING:
    from coview.data.links import Links

UNNAMED = "group"
"""The level of `Source.within` that groups without a name of their own are."""


@dataclass
class Column:
    """One slot before it is read: raw references by sample and natural view.

    Args:
        modality: name of the modality that reads them.
        items: N samples of V raw values each (a `Path`, bytes, text, number list, array; None where absent). V is the
            same for every sample: shorter ones are filled with None. May be computed on access.
        views: names of the V natural views (artists, voices, languages), or empty.
        options: what the data set knows of its slot: the modality's options where it knows better than their defaults
            (which augmentations keep a thing what it is); a user's go before.
    """

    modality: str
    items: Sequence[Sequence[Any | None]]
    views: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """V, the number of natural views."""
        if self.views:
            return len(self.views)
        return len(self.items[0]) if len(self.items) else 0

    def told(self, slot: str, options: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Any]:
        """Its options and, before those, the user's: of its modality, and before those of its slot.

        Args:
            slot: its name.
            options: the user's, by modality or slot.
        """
        given = options or {}
        return {**self.options, **given.get(self.modality, {}), **given.get(slot, {})}

    @property
    def has_files(self) -> bool:
        """Whether some of the first hundred samples are files."""
        return any(isinstance(raw, Path) for row in range(min(len(self.items), 100)) for raw in self.items[row])


class Picked(Sequence[Sequence[Any | None]]):
    """Some samples of a column's items, still computed on access."""

    def __init__(self, items: Sequence[Sequence[Any | None]], at: Sequence[int]) -> None:
        self.items, self.at = items, at

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, i: Any) -> Any:
        return Picked(self.items, self.at[i]) if isinstance(i, slice) else self.items[self.at[i]]

    def origins(self, row: int) -> Sequence[Any | None]:
        """Where the natural views of one sample come from."""
        return origins(self.items, self.at[row])


def origins(items: Sequence[Sequence[Any | None]], row: int) -> Sequence[Any | None]:
    """Where the natural views of one sample come from, for items that know it without reading; else the views."""
    return items.origins(row) if isinstance(items, Picked | Items) else items[row]


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
        understood: how the listing was read, a line a decision, for people.
        noted: what of it is not read as it stands, a line each, for people.
        read_from: of a table, the columns that `slot:modality` is read from, and which are `entity` and `time`.
        links: by name, pairs of samples that belong together, for evaluation only.
        within: by level (`recording`, `subject`), N names of what each sample is a part of, known without labelling:
            methods may relate parts of one. Where there is none, the groups are the level `group`.
        grouped_by: the column (or label) that the user named for the groups: a level of `within` too, under its name.
    """

    name: str
    columns: dict[str, Column]
    names: list[str]
    labels: dict[str, np.ndarray] = field(default_factory=dict)
    groups: list[str] | None = None
    skipped: list[tuple[str, str]] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    split: list[str] | None = None
    understood: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    read_from: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)
    within: dict[str, list[str]] = field(default_factory=dict)
    grouped_by: str | None = None

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, rows: torch.Tensor | Sequence[int]) -> Source:
        """Some of the samples (indices or a mask), in the order given."""
        at = row_list(rows)
        return replace(
            self,
            columns={slot: replace(column, items=Picked(column.items, at)) for slot, column in self.columns.items()},
            names=[self.names[i] for i in at],
            labels={name: values[at] for name, values in self.labels.items()},
            groups=None if self.groups is None else [self.groups[i] for i in at],
            split=None if self.split is None else [self.split[i] for i in at],
            within={level: [wholes[i] for i in at] for level, wholes in self.within.items()},
        )

    def only(self, slots: Sequence[str]) -> Source:
        """The same samples with some slots alone, in the order given.

        Raises:
            UserError: there is no such slot.
        """
        for slot in slots:
            if slot not in self.columns:
                raise UserError(f"{self.name} has no slot {slot!r}; it has {', '.join(self.columns)}")
        return replace(self, columns={slot: self.columns[slot] for slot in slots})

    def check(self) -> None:
        """Raises UserError where there is nothing to read, a name is met twice, or lengths differ."""
        if not self.columns:
            raise UserError(f"{self.name} has no slot that a modality can read")
        if not self.names:
            raise UserError(f"{self.name} has no samples")
        if len(set(self.names)) < len(self.names):
            twice = first_repeat(self.names)
            raise UserError(f"{self.name} has two samples named {twice!r}; each sample needs a name of its own")
        lengths: dict[str, Any] = {f"slot {slot!r}": column.items for slot, column in self.columns.items()}
        lengths |= {f"label {name!r}": values for name, values in self.labels.items()}
        lengths |= {f"level {level!r}": wholes for level, wholes in self.within.items()}
        lengths |= {k: v for k, v in {"groups": self.groups, "split": self.split}.items() if v is not None}
        for what, values in lengths.items():
            if len(values) != len(self):
                raise UserError(f"{self.name}: {what} has {len(values)} entries for {len(self)} samples")


@dataclass
class Data:
    """Samples ready to be batched: what the engine and the evaluation read.

    Args:
        name: the source's.
        slots: slot name -> stored view of all N samples (or anything with `__len__` and `[rows] -> View`).
        modalities: slot name -> the fitted modality.
        ids: `(N,)` int64.
        names, labels, groups, skipped, about, split, understood, noted, read_from, links: as in `Source`.
        view_names: slot name -> names of its natural views.
        within: by level, `(N,)` int64, what each sample is a part of: a hash of its name.
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
    split: list[str] | None = None
    understood: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    read_from: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)
    within: dict[str, torch.Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, rows: torch.Tensor | slice, key: torch.Tensor | None = None) -> Batch:
        """The samples at `rows`, with draw keys `key` (default: their ids)."""
        slots: dict[str, View] = {name: slot[rows] for name, slot in self.slots.items()}
        ids = self.ids[rows]
        within = {level: wholes[rows] for level, wholes in self.within.items()}
        return Batch(slots, ids, ids if key is None else key, within=within)

    def only(self, slots: Sequence[str]) -> Data:
        """The same samples with some slots alone."""
        return replace(
            self,
            slots={name: self.slots[name] for name in slots},
            modalities={name: self.modalities[name] for name in slots},
            view_names={name: self.view_names.get(name, ()) for name in slots},
        )

    def rows(self, rows: torch.Tensor) -> Data:
        """Some of the samples (indices or a mask); what is decoded on demand stays so."""
        at = rows.nonzero()[:, 0] if rows.dtype == torch.bool else rows
        where = at.tolist()
        return replace(
            self,
            slots={
                name: slot.pick_rows(at) if hasattr(slot, "pick_rows") else slot[at]
                for name, slot in self.slots.items()
            },
            ids=self.ids[at],
            names=[self.names[i] for i in where],
            labels={name: values[where] for name, values in self.labels.items()},
            groups=None if self.groups is None else [self.groups[i] for i in where],
            split=None if self.split is None else [self.split[i] for i in where],
            within={level: wholes[at] for level, wholes in self.within.items()},
        )


def row_list(rows: torch.Tensor | Sequence[int]) -> list[int]:
    """Indices, or the true places of a mask, as a list."""
    at = torch.as_tensor(rows)
    return (at.nonzero()[:, 0] if at.dtype == torch.bool else at).tolist()


def first_repeat(names: Sequence[str]) -> str | None:
    """The first name that was met before, or None."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
