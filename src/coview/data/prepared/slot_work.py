"""One slot on its way from raw values to a stored column: read, fitted, collated."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import torch
from torch import Tensor

from coview.batch import View
from coview.data.kinds import count
from coview.data.prepared.lazy import LazyColumn
from coview.data.prepared.reading import Reader, in_threads
from coview.data.prepared.stored import Stored
from coview.data.source import Source
from coview.data.split import unit_hash
from coview.errors import UserError
from coview.modalities.base import Modality
from coview.modalities.registry import modality_class

FITTED_TO = 100_000
"""Training samples that a modality is fitted to at most: fewer where they fill the memory that is kept for them,
but not less than `FITTED_TO_LEAST`. They are chosen, and come, in the order of their names' hashes."""

FITTED_TO_LEAST = 1_000

Progress = Callable[[str], None]


class SlotWork:
    """Reads one slot of a source: to fit the modality, and to collate.

    What was read for fitting is kept as far as there is room, so that nearly everything is decoded once.

    Args:
        source: that holds it.
        slot: its name.
        strict: whether the first thing that cannot be read is an error.
        tell: is told what is being read.

    Attributes:
        needed: bytes that the stored view takes, as far as it was collated.
    """

    def __init__(self, source: Source, slot: str, strict: bool, tell: Progress) -> None:
        self.source, self.slot, self.strict, self.tell = source, slot, strict, tell
        self.column = source.columns[slot]
        self.reader = Reader(self.column, modality_class(self.column.modality))
        self.needed = 0.0

    def fit(self, rows: list[int], options: dict[str, Any]) -> Modality:
        """The modality fitted to what these samples hold.

        Raises:
            UserError: none of them can be read, or an option is unknown.
        """
        names = self.source.names
        rows = sorted(rows, key=lambda row: unit_hash(names[row], salt="fit"))[:FITTED_TO]
        self.tell(f"fitting {self.slot} to {count(len(rows), 'training sample')}")
        with warnings.catch_warnings():  # what decoders say of single files is either harmless or a bad sample
            warnings.filterwarnings("ignore", module=r"PIL\.")
            return self.reader.modality.adapt(self._items(rows), **options)

    def _items(self, rows: list[int]) -> Iterator[Any]:
        """What is there, until that is enough; raises UserError where nothing is."""
        nothing = True
        with closing(self.reader.stream(rows)) as stream:
            for i, (row, sample) in enumerate(stream):
                self._stop_if_strict([row])
                for item in sample:
                    if item is not None:
                        nothing = False
                        yield item
                if self.reader.room <= 0 and i + 1 >= FITTED_TO_LEAST and not nothing:
                    break
        if nothing:
            raise UserError(self._nothing())

    def collate(self, modality: Modality, room: int) -> View | LazyColumn:
        """All samples as a stored view where it fits into `room` bytes, else to be decoded on demand."""
        n = len(self.source)
        self.tell(f"preparing {self.slot} of {count(n, 'sample')}")
        stored: Stored | None = Stored(n)
        present = torch.zeros(n, self.column.width, dtype=torch.bool)
        extent: int | None = None

        with warnings.catch_warnings(record=True) as said:  # around all threads, for the record is the process's
            warnings.simplefilter("always")
            for at, (view, there) in in_threads(lambda rows: self._block(modality, rows), self.reader.pieces(range(n))):
                if not isinstance(view.value, Tensor):
                    return self._in_one(modality)
                self._note_unfit(at, there & ~view.present, said)
                self._stop_if_strict(at)
                self.reader.forget(at)
                present[at[0] : at[-1] + 1] = view.present
                if view.length is not None:
                    extent = max(extent or 0, view.value.shape[2])
                self.needed = max(self.needed, view.value.nbytes / len(at) * n)
                if stored is not None and self.needed > room:
                    stored = None
                    self.tell(f"{self.slot} does not fit into memory and is decoded on demand")
                if stored is not None:
                    stored.put(slice(at[0], at[-1] + 1), view)
        return LazyColumn(self.column.items, modality, present, extent) if stored is None else stored.view()

    def _block(self, modality: Modality, rows: Sequence[int]) -> tuple[View, Tensor]:
        """Some samples collated, and which of their items could be read, `(B, V)` bool."""
        items = self.reader.read(rows)
        self._leave_unfit(modality, rows, items)
        there = torch.tensor([[item is not None for item in sample] for sample in items], dtype=torch.bool)
        view = modality.collate(items)
        self._note(modality, rows, items, view.present)
        return view, there

    def _in_one(self, modality: Modality) -> View:
        """All samples collated at once, where a value is no tensor that blocks could be written into."""
        rows = range(len(self.source))
        items = self.reader.read(rows)
        self._leave_unfit(modality, rows, items)
        self._stop_if_strict(rows)
        view = modality.collate(items)
        self._note(modality, rows, items, view.present)
        return view

    def _leave_unfit(self, modality: Modality, rows: Sequence[int], items: list[list[Any | None]]) -> None:
        """Takes out what the fitted modality says it has no place for, and why."""
        for row, sample in zip(rows, items, strict=True):
            for view, item in enumerate(sample):
                if item is not None and (reason := modality.unfit(item)):
                    self.reader.bad[row, view] = reason
                    sample[view] = None

    def _note(
        self, modality: Modality, rows: Sequence[int], items: Sequence[Sequence[Any | None]], present: Tensor
    ) -> None:
        """What the modality says of those that are in; asked after they were collated, it knows what it found there."""
        for i, view in present.nonzero().tolist():
            if notes := tuple(modality.notes(items[i][view])):
                self.reader.notes[rows[i], view] = notes

    def _note_unfit(self, rows: Sequence[int], unfit: Tensor, said: list[warnings.WarningMessage]) -> None:
        """Items that could be read, and that the fitted modality has no place for."""
        why = str(said[-1].message) if said else "does not fit the others"
        for row, view in unfit.nonzero().tolist():
            self.reader.bad[rows[row], view] = why

    def _stop_if_strict(self, rows: Sequence[int]) -> None:
        if not self.strict:
            return
        for row in rows:
            for view in range(self.column.width + 1):
                if (row, view) in self.reader.bad:
                    reason = self.reader.bad[row, view]
                    raise UserError(f"{self.source.names[row]}: {self.slot}: {reason} (stopped by --strict)")

    def _nothing(self) -> str:
        if not self.reader.bad:
            return (
                f"{self.source.name}: slot {self.slot!r} is empty for every training sample; leave it out with --slots"
            )
        (row, _), reason = min(self.reader.bad.items())
        return (
            f"{self.source.name}: of no training sample can slot {self.slot!r} be read ({len(self.reader.bad):,} bad); "
            f"the first is {self.source.names[row]}: {reason}"
        )
