"""Columns of an Arrow table as rows for the table modality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as types

from coview.data.items import Items
from coview.data.tables.cells import floats


class Records(Items):
    """Rows of some columns, one natural view each: `records[i]` is `[{column: value}]`.

    Columns are taken out of Arrow once, when the first row is asked for.

    Args:
        table: that holds them.
        names: the columns of a row.
    """

    def __init__(self, table: pa.Table, names: Sequence[str]) -> None:
        self.columns = {name: table[name] for name in names}
        self.rows = table.num_rows
        self._cells: dict[str, Any] | None = None

    def __len__(self) -> int:
        return self.rows

    def of(self, row: int) -> Sequence[Any | None]:
        if self._cells is None:
            self._cells = {name: _cells(column) for name, column in self.columns.items()}
        return [{name: cells[row] for name, cells in self._cells.items()}]


def _cells(column: pa.ChunkedArray) -> Any:
    """Values by row: numbers as an array (NaN where null), all else as a list."""
    kind = column.type
    if types.is_integer(kind) or types.is_floating(kind):
        return floats(column)
    return column.to_pylist()
