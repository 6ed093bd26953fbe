"""Rows of a table in any form, as names and plain cells."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
from torch import Tensor

from coview.modalities.base import BadSample

Cell = float | str | None
"""A number (an infinite one fits no run that reads its column), a word, or nothing: what is missing stays missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        names: of the columns; rows of one source share the tuple.
        cells: a value each.
    """

    names: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return 64 + 32 * len(self.cells)


def read_row(raw: Any) -> Row:
    """A row as names and cells.

    Numbers are floats, dates seconds (since 1970, UTC where they name no zone), truth values the words `true` and
    `false`. None, NaN, NaT and empty text are missing.

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


def read_cell(name: str, value: Any) -> Cell:
    """One cell; see `read_row`."""
    match value:
        case None:
            return None
        case bool() | np.bool_():
            return "true" if bool(value) else "false"
        case str():
            return value.strip() or None
        case np.datetime64() | np.timedelta64():  # before numbers: numpy counts times among them
            since = np.asarray(value).astype("datetime64[us]" if value.dtype.kind == "M" else "timedelta64[us]")
            return None if np.isnat(value) else float(since.astype(np.int64)) / 1e6
        case float() | int() | np.number() | Decimal():
            return None if math.isnan(value) else float(value)
        case datetime():
            if value != value:  # pandas' NaT is a datetime that equals nothing
                return None
            return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017
        case date():
            return float((value - date(1970, 1, 1)).days * 86_400)
        case timedelta():
            return value.total_seconds()
        case time():
            return value.hour * 3600.0 + value.minute * 60 + value.second + value.microsecond / 1e6
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "item") and np.ndim(value) == 0:
        return read_cell(name, value.item())
    raise BadSample(f"column {name!r} holds a {type(value).__name__}; a cell is a number, a word, a date or nothing")


def word(cell: float | str) -> str:
    """A cell as the name of a category: `3` and `3.0` are one."""
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if cell == int(cell) else repr(cell)
