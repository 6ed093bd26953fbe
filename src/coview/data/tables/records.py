"""Columns of an Arrow table as rows for the table modality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as types

from coview.data.items import Items
from coview.data.tables.cells import floats


class Records(Items):
    """Rows of some columns, one natural view each: `records[i]` is `[{column: value}]`, or `[None]` where nothing is.

    Columns are taken out of Arrow once, when the first row is asked for.

    Args:
        table: that holds them.
        names: the columns of a row.
        own: those of which one at least has a value, or the row is absent (the right of a left join); default all.
    """

    def __init__(self, table: pa.Table, names: Sequence[str], own: Sequence[str] | None = None) -> None:
        self.columns = {name: table[name] for name in names}
        self.own = list(names if own is None else own)
        self.rows = table.num_rows
        self._cells: dict[str, Any] | None = None

    def __len__(self) -> int:
        return self.rows

    def of(self, row: int) -> Sequence[Any | None]:
        if self._cells is None:
            self._cells = {name: _cells(column) for name, column in self.columns.items()}
        cells = self._cells
        if all(_is_nothing(cells[name][row]) for name in self.own):
            return [None]
        return [{name: values[row] for name, values in cells.items()}]


def _is_nothing(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _cells(column: pa.ChunkedArray) -> Any:
    """Values by row: numbers as an array (NaN where null), all else as a list."""
    kind = column.type
    if types.is_integer(kind) or types.is_floating(kind):
        return floats(column)
    return column.to_pylist()
