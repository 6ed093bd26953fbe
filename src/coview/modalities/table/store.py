"""Rows as stored numbers and back: normal scores, codes, NaN where missing."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from coview.modalities.base import Unfit
from coview.modalities.cells import Cell, Seconds, told_number, word
from coview.modalities.table.columns import Category, Kind, Number
from coview.modalities.table.ranks import Ranks
from coview.modalities.table.read import Row


class Coder:
    """Rows <-> stored values `(N, C)` float32.

    Args:
        columns: fitted.
    """

    def __init__(self, columns: Sequence[Kind]) -> None:
        self.columns = list(columns)
        self.names = [column.name for column in columns]
        self.numbers = [i for i, column in enumerate(columns) if isinstance(column, Number)]
        self.ranks = Ranks.of([column.quantiles for column in columns if isinstance(column, Number)])
        self._codes = {
            i: {word(w): code for code, w in reversed([*enumerate(column.words, start=1)])}
            for i, column in enumerate(columns)
            if isinstance(column, Category)
        }
        self._places: dict[tuple[str, ...], list[int]] = {}

    def pick(self, row: Row) -> list[Cell]:
        """A row's cells in the order of the columns; columns that were not fitted are not read.

        Raises:
            Unfit: it lacks a column, has no value in any, a word where the column holds numbers, or an infinite number.
        """
        cells = [row.cells[i] for i in self._at(row)]
        if cells.count(None) == len(cells):
            raise Unfit("has no value that is there")
        if inf in cells or -inf in cells:
            name = next(name for name, cell in zip(self.names, cells, strict=True) if cell in (inf, -inf))
            raise Unfit(f"column {name!r} is infinite")
        for i in self.numbers:
            if isinstance(cells[i], str):
                cells[i] = self._as_number(i, str(cells[i]))
        return cells

    def uncoded(self, row: Row) -> list[str]:
        """The columns in which a row that fits has a word without a code of its own."""
        at = self._at(row)
        found = ((i, codes, row.cells[at[i]]) for i, codes in self._codes.items())
        return [self.names[i] for i, codes, cell in found if cell is not None and word(cell) not in codes]

    def encode(self, rows: Sequence[Sequence[Cell]]) -> np.ndarray:
        """Cells as `pick` gives them -> `(N, C)` float32."""
        stored = np.full((len(rows), len(self.columns)), np.nan, np.float32)
        if not rows:
            return stored
        if self.numbers:
            values = np.array([[_plain(row[i]) for i in self.numbers] for row in rows], np.float64)
            stored[:, self.numbers] = self.ranks.scores(values)
        for i, codes in self._codes.items():
            stored[:, i] = [np.nan if (x := row[i]) is None else codes.get(word(x), 0) for row in rows]
        return stored

    def decode(self, stored: np.ndarray) -> list[list[str | None]]:
        """Stored values as words for people, `(N, C)`; None where missing."""
        values = np.array(stored, np.float64)
        values[:, self.numbers] = self.ranks.values(values[:, self.numbers])
        return [[None if np.isnan(x) else self._said(i, float(x)) for i, x in enumerate(row)] for row in values]

    def _said(self, at: int, value: float) -> str:
        column = self.columns[at]
        if isinstance(column, Number):
            return word(Seconds(round(value))) if column.dates else f"{value:.4g}"
        return column.words[int(value) - 1] if value >= 1 else "(other)"

    def _at(self, row: Row) -> list[int]:
        """Where each column stands in a row."""
        places = self._places.get(row.names)
        if places is None:
            at = {name: i for i, name in enumerate(row.names)}
            absent = [name for name in self.names if name not in at]
            if absent:
                raise Unfit(f"lacks column {absent[0]!r}, which the run was trained with")
            places = self._places[row.names] = [at[name] for name in self.names]
        return places

    def _as_number(self, at: int, said: str) -> float:
        column = self.columns[at]
        dates = isinstance(column, Number) and column.dates
        value = told_number(said, dates=dates)
        if value is None:
            what = "dates" if dates else "numbers"
            raise Unfit(f"column {column.name!r} is {said[:40]!r} here, and the run was trained with {what} there")
        if not np.isfinite(value):
            raise Unfit(f"column {column.name!r} is {said!r}, which is not finite")
        return value


def _plain(cell: Cell) -> float:
    return np.nan if cell is None else float(cell)
