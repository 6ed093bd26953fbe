"""A slot's work, looked up before it is done: what was decoded for an earlier run is not decoded again."""

from __future__ import annotations

import time
import warnings
from typing import Any

from torch import Tensor

from coview.batch import View
from coview.data.kinds import count
from coview.data.prepared.decoded import Decoded, Entry
from coview.data.prepared.fingerprint import of_code, of_column, of_values
from coview.data.prepared.lazy import LazyColumn
from coview.data.prepared.slot_work import Progress, SlotWork
from coview.data.prepared.stored import tensors_of, view_of
from coview.data.source import Source
from coview.modalities.base import Modality

WORTH_SECONDS = 1.0
"""What is decoded sooner is not kept."""

SETTLED_SECONDS = 2.0
"""A file changed less long ago may be changed again and have the same time: of such a column nothing is kept."""


class CachedWork(SlotWork):
    """`SlotWork` that keeps what came out, and gives it where all it came from is the same: files, options, code.

    Two things are kept: what the modality was fitted to, by the samples and options that it was fitted with; and the
    column, by the fitted modality, so that a run and its evaluation share it. A column too large for memory is kept as
    what can be read of it. What could not be read is tried again: an entry holds where all else is as it was.

    Args:
        source, slot, strict, tell: as in `SlotWork`.
        decoded: where things are kept.
    """

    def __init__(self, source: Source, slot: str, strict: bool, tell: Progress, decoded: Decoded) -> None:
        super().__init__(source, slot, strict, tell)
        self.decoded = decoded
        self._began = time.perf_counter()
        self._read_from = of_column(self.column)
        self._settled = self._read_from is not None and time.time() - self._read_from[1] > SETTLED_SECONDS
        self._fitted: tuple[str, dict[str, Any]] | None = None

    def fit(self, rows: list[int], options: dict[str, Any]) -> Modality:
        """As in `SlotWork`."""
        key = self._key("fit", sorted((self.source.names[row], row) for row in rows), options)
        entry = None if key is None else self.decoded.get(key)
        if entry is not None:
            return self.reader.modality.from_config(entry.told)
        modality = super().fit(rows, options)
        self._fitted = None if key is None else (key, modality.config())
        return modality

    def collate(self, modality: Modality, room: int) -> View | LazyColumn:
        """As in `SlotWork`."""
        key = self._key("column", modality.name, modality.config())
        entry = None if key is None else self.decoded.get(key)
        if entry is not None and (column := self._recalled(entry, modality, room)) is not None:
            return column
        column = super().collate(modality, room)
        if key is not None and time.perf_counter() - self._began >= WORTH_SECONDS:
            self._keep(key, column)
        return column

    def _key(self, *what: Any) -> str | None:
        if self._read_from is None or not self._settled:
            return None
        return of_values(of_code(), self._read_from[0], *what)

    def _recalled(self, entry: Entry, modality: Modality, room: int) -> View | LazyColumn | None:
        """The column of an entry; None where it does not serve: memory is another, or what was bad is so no more."""
        lazy = "value" not in entry.tensors
        fits = entry.told["needed"] <= room
        if (lazy and fits) or not self._as_bad(modality, {(row, view) for row, view in entry.told["bad"]}):
            return None
        self.tell(f"{self.slot} of {count(len(self.source), 'sample')} is there as decoded before")
        self.reader.notes = {(row, view): tuple(said) for row, view, *said in entry.told["notes"]}
        if fits:
            return view_of(entry.tensors, modality.name)
        return LazyColumn(self.column.items, modality, entry.tensors["present"], entry.told["extent"])

    def _as_bad(self, modality: Modality, bad: set[tuple[int, int]]) -> bool:
        """Whether what could not be read cannot be read now either, and for which reasons: those go to the reader.

        Where the first bad sample is to be an error, the work that says so is done.
        """
        if self.strict and bad:
            return False
        before = dict(self.reader.bad)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            for row in sorted({row for row, _ in bad}):
                view, there = self._block(modality, [row])
                self._note_unfit([row], there & ~view.present, said)
        if self.reader.bad.keys() == bad:
            return True
        self.reader.bad = before
        return False

    def _keep(self, key: str, column: View | LazyColumn) -> None:
        """Keeps a column and what its modality was fitted to, unless a file was changed meanwhile."""
        if of_column(self.column) != self._read_from:
            return
        if isinstance(column, LazyColumn):
            tensors: dict[str, Tensor] = {"present": column.present}
            extent = column.extent
        elif isinstance(column.value, Tensor):
            tensors, extent = tensors_of(column), None if column.length is None else column.value.shape[2]
        else:
            return
        notes = [[*at, *said] for at, said in sorted(self.reader.notes.items())]
        told = {"bad": sorted(self.reader.bad), "notes": notes, "needed": self.needed, "extent": extent}
        if not self.decoded.put(key, told, tensors):
            return
        if self._fitted is not None:
            self.decoded.put(*self._fitted, {})
        size = sum(tensor.nbytes for tensor in tensors.values())
        self.tell(f"{self.slot} is kept decoded for the next start ({size / 1e6:,.0f} MB)")
