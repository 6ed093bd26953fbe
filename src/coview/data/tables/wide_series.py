"""A table in which each row is a series: `--columns ecg:series=t0..t139`, its times the columns from one to another.

Several stretches of one length are channels: `ecg:series=a0..a139,b0..b139`. Other columns are labels, groups and
slots as in any table of a row a sample. A missing cell is a missing value.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow.types as types

from coview.data.items import Items
from coview.data.mapping import Wanted, missing
from coview.data.source import Column
from coview.data.tables.cells import floats
from coview.data.tables.strays import NUMBERS, read_as
from coview.data.tables.table_rows import Reading
from coview.errors import UserError

TO = ".."
_FAMILY = 8
"""Numbered columns in a row that may well be one series."""


class Wide(Items):
    """Rows as raw values of the modality series, `(S, C)`.

    Args:
        values: `(N, S, C)`.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def of(self, row: int) -> Sequence[Any | None]:
        return [self.values[row]]


def wide_series(reading: Reading, columns: Sequence[Wanted] | None) -> dict[str, tuple[list[str], Column]]:
    """Slot -> the columns it is read from and what is read, of the series that are rows by the user's word.

    Raises:
        UserError: a column is not there, not of numbers or in the wrong order, or channels differ in length.
    """
    found: dict[str, tuple[list[str], Column]] = {}
    for wanted in columns or []:
        if wanted.modality != "series" or not all(TO in name for name in wanted.columns):
            continue
        channels = {said: _stretch(reading, wanted.slot, said) for said in wanted.columns}
        lengths = [len(names) for names in channels.values()]
        if len(set(lengths)) > 1:
            told = ", ".join(f"{said} {n}" for said, n in zip(channels, lengths, strict=True))
            raise UserError(f"{reading.name}: slot {wanted.slot!r} needs channels of one length; times are {told}")
        values = [np.stack([_numbers(reading, name) for name in names], 1) for names in channels.values()]
        reading.understood.append(
            f"{wanted.slot} is a series of {lengths[0]} times, "
            + ", ".join(f"{names[0]} to {names[-1]}" for names in channels.values())
        )
        names = [name for stretch in channels.values() for name in stretch]
        found[wanted.slot] = names, Column("series", Wide(np.stack(values, 2)))
    return found


def _stretch(reading: Reading, slot: str, said: str) -> list[str]:
    """The columns from one to another, both among them."""
    there = reading.table.column_names
    ends = [name.strip() for name in said.split(TO, 1)]
    for name in ends:
        if name not in there:
            raise missing(reading.name, name, f"slot {slot!r}", "column", there)
    first, last = (there.index(name) for name in ends)
    if first > last:
        raise UserError(f"{reading.name}: column {ends[1]!r} stands before {ends[0]!r}; say {ends[1]}{TO}{ends[0]}")
    return there[first : last + 1]


def _numbers(reading: Reading, name: str) -> np.ndarray:
    read_as(reading, name, NUMBERS)
    column = reading.table[name]
    if not (types.is_integer(column.type) or types.is_floating(column.type) or types.is_null(column.type)):
        raise UserError(f"{reading.name}: column {name!r} holds {column.type}, and a series is of numbers")
    return floats(column)


def family(names: Sequence[str]) -> tuple[str, str] | None:
    """The first and the last of the columns that are counted on without a gap, where these are many; else None."""
    counted = [(name.rstrip("0123456789"), name) for name in names]
    for stem, group in groupby(counted, key=lambda pair: pair[0]):
        alike = [name for _, name in group]
        numbers = [name[len(stem) :] for name in alike]
        if len(alike) >= _FAMILY and all(numbers) and {int(b) - int(a) for a, b in pairwise(numbers)} == {1}:
            return alike[0], alike[-1]
    return None
