"""Rows of a long table by entity, in order of time: histories for events, grids of values for series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.items import Items
from coview.data.tables.cells import floats
from coview.data.tables.times import microseconds
from coview.errors import UserError

OFF = 0.3
"""How far, in steps, a time may lie from the grid of its series."""
WIDEST = 20
"""Places of a grid for each value there is, at most: what is emptier is several series, or events."""


@dataclass(frozen=True)
class Entities:
    """Rows that belong to one entity stand together, in order of time; equals as they stood.

    Args:
        table: its rows in that order.
        names: of the entities, in the order first met.
        starts: `(E + 1,)` where each one's rows begin.
        time: `(N,)` seconds (or the unit numbers came in), or None where only the order is known.
    """

    table: pa.Table
    names: list[str]
    starts: np.ndarray
    time: np.ndarray | None

    @classmethod
    def of(cls, table: pa.Table, entity: str, time: str | None) -> Entities:
        """The rows of a table by a column, every one of which has an entity and a time.

        Raises:
            UserError: the time column holds neither times nor numbers.
        """
        codes = table[entity].combine_chunks().dictionary_encode()
        number = codes.indices.to_numpy(zero_copy_only=False)
        when = None if time is None else seconds(table[time], time)
        order = np.lexsort((number,) if when is None else (when, number))
        counts = np.bincount(number, minlength=len(codes.dictionary))
        starts = np.concatenate([[0], counts.cumsum()])
        names = [_name(value) for value in codes.dictionary.to_pylist()]
        return cls(table.take(order).combine_chunks(), names, starts, None if when is None else when[order])

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def of_row(self) -> np.ndarray:
        """`(N,)` which entity each row belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def steady(self, column: str) -> bool:
        """Whether a column says one thing of each entity."""
        codes = self.table[column].combine_chunks().dictionary_encode(null_encoding="encode").indices
        values = codes.to_numpy(zero_copy_only=False)
        return bool((values == values[self.starts[self.of_row]]).all())

    def first(self, column: str) -> pa.ChunkedArray:
        """A column's value at each entity's first row."""
        return self.table[column].take(self.starts[:-1])


class Histories(Items):
    """Each entity's events as raw values of the modality events: `[{"time": ..., column: ...}]`.

    Args:
        entities: who.
        columns: the fields.
        words: fields of numbers that are names.
    """

    def __init__(self, entities: Entities, columns: Sequence[str], words: Sequence[str] = ()) -> None:
        self.starts, self.time = entities.starts, entities.time
        self.columns = {name: _plain(entities.table[name], name in words) for name in columns}

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> Sequence[Any | None]:
        at = slice(int(self.starts[row]), int(self.starts[row + 1]))
        fields = {
            name: column[at] if isinstance(column, np.ndarray) else column[at].to_numpy(zero_copy_only=False)
            for name, column in self.columns.items()
        }
        return [fields if self.time is None else {"time": self.time[at], **fields}]


class Grids(Items):
    """Each entity's values on a grid of even steps as raw values of the modality series, `(S, C)`, NaN between.

    Args:
        entities: who.
        columns: the channels, of numbers.
    """

    def __init__(self, entities: Entities, columns: Sequence[str]) -> None:
        values = [floats(entities.table[name]) for name in columns]
        self.values, self.starts = np.stack(values, 1), entities.starts
        self.place, self.step, self.bad = grid(entities)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> Sequence[Any | None]:
        if row in self.bad:
            return [None]
        at = slice(int(self.starts[row]), int(self.starts[row + 1]))
        place = self.place[at]
        found = np.full((int(place[-1]) + 1, self.values.shape[1]), np.nan)
        found[place] = self.values[at]
        return [found]


def grid(entities: Entities) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """Where each row stands among even steps of its entity, and what stands on none.

    The step is the median gap of the entity; a gap of about k steps skips k - 1 places.

    Returns:
        `place (N,)` int64 from 0, `step (E,)` in the time's unit (NaN where only the order is known), and entity ->
        what is wrong with its times.
    """
    starts, time = entities.starts, entities.time
    within = np.arange(len(entities.of_row)) - starts[entities.of_row]
    if time is None:
        return within, np.full(len(entities), np.nan), {}
    place, steps, bad = within.copy(), np.full(len(entities), np.nan), {}
    for entity, (a, b) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist())):
        gaps = np.diff(time[a:b])
        if not len(gaps):
            continue
        if (gaps == 0).any():
            bad[entity] = f"has {int((gaps == 0).sum()) + 1} rows at one time or more; a series has one value a time"
            continue
        step = steps[entity] = float(np.median(gaps))
        many = np.maximum(1, np.rint(gaps / step))
        if (np.abs(gaps / step - many) > OFF).mean() > 0.05:
            bad[entity] = f"was not measured at even steps (of {step:.4g}); irregular times are read as events"
        elif many.sum() + 1 > WIDEST * (b - a):
            bad[entity] = "has gaps much longer than its values; make every stretch an entity of its own"
        else:
            place[a + 1 : b] = many.cumsum().astype(np.int64)
    return place, steps, bad


def seconds(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """Times as float64 seconds; numbers as they are, NaN where null.

    Raises:
        UserError: the column holds neither times nor numbers.
    """
    kind = column.type
    if types.is_integer(kind) or types.is_floating(kind):
        return floats(column)
    if types.is_temporal(kind):
        unit = pa.duration("us") if types.is_duration(kind) else pa.time64("us") if types.is_time(kind) else None
        plain = microseconds(column).cast(unit or pa.timestamp("us", getattr(kind, "tz", None))).cast(pa.int64())
        return floats(plain) / 1e6  # float64 rounds those beyond the year 2255
    raise UserError(f"column {name!r} is of {kind}, no times; seconds or dates are")


def _plain(column: pa.ChunkedArray, words: bool) -> np.ndarray | pa.Array:
    """Numbers as an array, NaN where null; everything else as Arrow has it."""
    kind = column.type
    if not words and (types.is_integer(kind) or types.is_floating(kind)):
        return floats(column)
    plain = column.cast(pa.string()) if words or types.is_dictionary(kind) else column
    return plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
