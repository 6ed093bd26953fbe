"""Cells of an Arrow table as raw values, made when they are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from coview.data.items import Items

Raw = Any
Make = Callable[[Any], Raw]
"""A cell as Python has it (None where null) -> a raw value for a modality."""


def floats(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers as float64, NaN where null; whole ones beyond 2 ** 53 are rounded."""
    return column.cast(pa.float64(), safe=False).to_numpy()


class Cells:
    """One column by row: `cells[i]`, whatever the pieces Arrow keeps it in."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self.chunks = [chunk for chunk in column.chunks if len(chunk)]
        self.starts = [0]
        for chunk in self.chunks:
            self.starts.append(self.starts[-1] + len(chunk))

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, row: int) -> Any:
        if not 0 <= row < len(self):
            raise IndexError(row)
        at = bisect_right(self.starts, row) - 1
        return self.chunks[at][row - self.starts[at]].as_py()


class Rows(Items):
    """The items of a slot: a column for each natural view, or one column of lists of views.

    Args:
        columns: of the table.
        make: a cell as a raw value.
        width: V where cells of the one column are lists, else None.
    """

    def __init__(self, columns: Sequence[pa.ChunkedArray], make: Make, width: int | None = None) -> None:
        self.cells = [Cells(column) for column in columns]
        self.make, self.width = make, width

    def __len__(self) -> int:
        return len(self.cells[0])

    def of(self, row: int) -> Sequence[Any | None]:
        if self.width is None:
            found = [cells[row] for cells in self.cells]
        else:
            listed = self.cells[0][row] or []
            found = [*listed, *[None] * (self.width - len(listed))]
        return [None if cell is None else self.make(cell) for cell in found]


def make_path(folder: Path, cell: str) -> Path | None:
    """A path relative to `folder`; an empty one is absent."""
    cell = cell.strip().removeprefix("file://")
    return folder / cell if cell else None


def make_encoded(folder: Path, cell: dict[str, Any]) -> bytes | Path | None:
    """A picture or sound as Hugging Face keeps it, `{"bytes": ..., "path": ...}`: the bytes, or else the path."""
    if cell.get("bytes") is not None:
        return cell["bytes"]
    return folder / cell["path"] if cell.get("path") else None


def make_array(cell: Any) -> Raw:
    """A list of numbers, nested or not, as an array; null entries are NaN."""
    if isinstance(cell, list):
        try:
            return np.asarray(cell, dtype=None if _whole(cell) else np.float32)
        except (ValueError, TypeError):  # ragged: the modality says what is wrong with it
            return cell
    return cell


def _whole(cell: list[Any]) -> bool:
    first: Any = cell
    while isinstance(first, list):
        if any(x is None for x in first) or not first:
            return False
        first = first[0]
    return isinstance(first, int)


def make_same(cell: Any) -> Raw:
    """The cell itself."""
    return cell
