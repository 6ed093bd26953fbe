"""A column too large for memory: decoded when it is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from coview.batch import View
from coview.data.prepared.reading import in_threads, read_item
from coview.data.prepared.stored import join
from coview.data.source import Picked, row_list
from coview.modalities.base import BadSample, Modality

_PIECE = 16
"""Samples that a thread takes at a time."""


class LazyColumn:
    """Stands where a stored view would: `column[rows]` reads and collates those samples, in threads.

    What could not be read at loading is absent and not tried again; what cannot be read any more (a file went away
    since) is absent from then on, with a warning.

    Args:
        items: raw values by sample and natural view.
        modality: fitted.
        present: `(N, V)` bool, what could be read at loading.
        extent: T of every batch where values have positions, so that all batches are alike; else None.
    """

    def __init__(
        self, items: Sequence[Sequence[Any | None]], modality: Modality, present: Tensor, extent: int | None
    ) -> None:
        self.items, self.modality, self.present, self.extent = items, modality, present, extent

    def __len__(self) -> int:
        return len(self.items)

    @property
    def width(self) -> int:
        """V, the number of natural views."""
        return self.present.shape[1]

    def __getitem__(self, rows: Tensor | slice) -> View:
        at = list(range(len(self)))[rows] if isinstance(rows, slice) else row_list(rows)
        pieces = _pieces(at) or [[]]
        return join([view for _, view in in_threads(self._collated, pieces)], self.extent)

    def pick_rows(self, rows: Tensor) -> LazyColumn:
        """Some of the samples, still to be decoded."""
        return LazyColumn(Picked(self.items, row_list(rows)), self.modality, self.present[rows], self.extent)

    def _collated(self, at: Sequence[int]) -> View:
        if not at:
            return self._nobody()
        return self.modality.collate([self._sample(row) for row in at])

    def _nobody(self) -> View:
        """A view of no samples: the first one's, cut."""
        return self.modality.collate([[None] * self.width])[:0]

    def _sample(self, row: int) -> list[Any | None]:
        there = self.present[row].tolist()
        if not any(there):
            return [None] * self.width
        try:
            raws = self.items[row]
        except Exception as error:  # a source computed on access may fail in any way
            self._lost(row, slice(None), str(error))
            return [None] * self.width
        items: list[Any | None] = []
        for view, raw in enumerate(raws):
            try:
                items.append(read_item(type(self.modality), raw) if there[view] else None)
            except BadSample as bad:
                self._lost(row, view, str(bad))
                items.append(None)
        return items

    def _lost(self, row: int, view: int | slice, reason: str) -> None:
        self.present[row, view] = False
        warnings.warn(f"a sample that was read at loading cannot be read any more: {reason}", stacklevel=2)


def _pieces(rows: list[int]) -> list[list[int]]:
    return [rows[first : first + _PIECE] for first in range(0, len(rows), _PIECE)]
