"""Rows of a table in any form, as names and plain cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from coview.modalities.base import BadSample
from coview.modalities.cells import Cell, read_cell


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        names: of the columns; rows of one source share the tuple.
        cells: a value each; an infinite one fits no run that reads its column.
    """

    names: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return 64 + 32 * len(self.cells)


def read_row(raw: Any) -> Row:
    """A row as names and cells, each as `read_cell` has it.

    Args:
        raw: a mapping of names to values (a dict, a pandas row), or values alone (a list, an array `(C,)`), whose
            columns are then called `0`, `1`, ...

    Raises:
        BadSample: no row, or a cell that is neither number, word nor date; the column is named.
    """
    if isinstance(raw, Row):
        return raw
    if isinstance(raw, Tensor):
        raw = raw.detach().cpu().numpy()
    if not isinstance(raw, Mapping) and hasattr(raw, "to_dict"):  # a row of pandas
        raw = raw.to_dict()
    if isinstance(raw, Mapping):
        names, values = tuple(str(name) for name in raw), tuple(raw.values())
    elif isinstance(raw, np.ndarray | list | tuple):
        if isinstance(raw, np.ndarray) and raw.ndim != 1:
            raise BadSample(f"a row has one axis, and this has shape {raw.shape}")
        names, values = tuple(map(str, range(len(raw)))), tuple(raw)
    else:
        raise BadSample(f"is {type(raw).__name__}, not a row (a dict of columns, or a list of values)")
    if not names:
        raise BadSample("is a row without columns")
    return Row(names, tuple(read_cell(name, value) for name, value in zip(names, values, strict=True)))
