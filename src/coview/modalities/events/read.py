"""Raw events of one entity: columns, rows or frames, as columns in order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, NamedTuple

import numpy as np

from coview.modalities.base import BadSample
from coview.modalities.cells import MOST, Cell, Seconds, read_cell, told_number, word

TIME = "time"
"""The field that says when an event was."""


class History(NamedTuple):
    """The events of one entity, in order of time.

    Args:
        time: `(T,)` float64 seconds (or whatever unit numbers were given in), or None where only the order is known.
        names: of the fields.
        values: of each field `(T,)`: float64, NaN where missing; dates (datetime64[us]), NaT where missing; or words
            (object), None where missing.
    """

    time: np.ndarray | None
    names: tuple[str, ...]
    values: tuple[np.ndarray, ...]

    @property
    def events(self) -> int:
        """T."""
        return len(self.values[0]) if self.values else len(self.time) if self.time is not None else 0


def read_history(raw: Any) -> History:
    """A mapping of columns, a data frame, a structured array, or a list of events (mappings, or words alone).

    The field `time` holds numbers (seconds) or dates; events are put in its order, equals as they stand. Fields of
    numbers are numbers, those of dates dates, all others words; what is missing, and how values are read, is as in
    `read_cell`.

    Raises:
        BadSample: no events, fields of different lengths, an event without a time, a number beyond what float32 holds,
            or a time that is neither number nor date.
    """
    columns = _columns(raw)
    lengths = {name: len(values) for name, values in columns.items()}
    if not lengths or not max(lengths.values()):
        raise BadSample("has no events")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {n}" for name, n in lengths.items())
        raise BadSample(f"has fields of different lengths: {told}")
    time = _times(columns.pop(TIME)) if TIME in columns else None
    fields = {name: _field(name, values) for name, values in columns.items()}
    if time is not None and bool((np.diff(time) < 0).any()):
        order = np.argsort(time, kind="stable")
        time, fields = time[order], {name: values[order] for name, values in fields.items()}
    return History(time, tuple(fields), tuple(fields.values()))


def _columns(raw: Any) -> dict[str, Any]:
    if isinstance(raw, np.ndarray):
        if raw.dtype.names:
            return {name: raw[name] for name in raw.dtype.names}
        if raw.ndim != 1:
            raise BadSample(f"is an array {raw.shape}; {_WANTED}")
        return {"event": raw}
    if hasattr(raw, "to_pydict"):  # an Arrow table
        return raw.to_pydict()
    if hasattr(raw, "columns") and hasattr(raw, "to_numpy"):  # a data frame
        return {str(name): raw[name].to_numpy() for name in raw.columns}
    if isinstance(raw, Mapping):
        return {str(name): values for name, values in raw.items()}
    if isinstance(raw, str | bytes) or not isinstance(raw, Sequence):
        raise BadSample(f"is of type {type(raw).__name__}; {_WANTED}")
    rows = list(raw)
    if rows and all(isinstance(row, Mapping) for row in rows):
        names = dict.fromkeys(name for row in rows for name in row)
        return {str(name): [row.get(name) for row in rows] for name in names}
    return {"event": rows}


_WANTED = "events are a mapping of columns, or a list with an entry for each event"


def _times(values: Any) -> np.ndarray:
    """Seconds `(T,)` float64, one for each event."""
    given = _field(TIME, values)
    if given.dtype == object:
        given = np.array([_time(cell) for cell in given.tolist()])
    time = seconds(given)
    bad = np.flatnonzero(np.isnan(time))
    if len(bad):
        raise BadSample(f"has {len(bad)} events without a time, the first is number {int(bad[0]) + 1}")
    return time


def _time(said: str | None) -> float:
    found = np.nan if said is None else told_number(said, dates=True)
    if found is None:
        raise BadSample(f"has times that are neither numbers nor dates, such as {said!r}")
    return found


def _field(name: str, values: Any) -> np.ndarray:
    """Numbers as float64, dates as datetime64[us], anything else as words."""
    if not isinstance(values, list | tuple):
        values = np.asarray(values)
        if values.ndim == 1 and values.dtype.kind in "iuf":
            return _held(name, values.astype(np.float64))
        if values.ndim == 1 and values.dtype.kind == "M":
            return values.astype("datetime64[us]")
        values = list(values) if values.ndim != 1 or values.dtype.kind in "m" else values.tolist()
    if set(map(type, values)) <= {str, NoneType}:  # each word is met often, and read once
        read = {value: read_cell(name, value) for value in set(values)}
        cells = [read[value] for value in values]
    else:
        cells = [_cell(name, value) for value in values]
    known = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, str) for cell in known):
        said = {cell: word(cell) for cell in set(known)} | {None: None}
        words = np.empty(len(cells), dtype=object)
        words[:] = [said[cell] for cell in cells]
        return words
    numbers = np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    if known and all(isinstance(cell, Seconds) for cell in known):
        since = np.where(np.isnan(numbers), 0, numbers * 1e6).round().astype("datetime64[us]")
        return np.where(np.isnan(numbers), np.datetime64("NaT"), since)
    return _held(name, numbers)


def _cell(name: str, value: Any) -> Cell:
    """As `read_cell`, with bytes as text and nested values as the words they are written as."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    nested = isinstance(value, list | tuple | dict) or (isinstance(value, np.ndarray) and value.ndim)
    return str(tuple(value) if isinstance(value, list) else value) if nested else read_cell(name, value)


def _held(name: str, numbers: np.ndarray) -> np.ndarray:
    """The numbers, where float32 holds each of them."""
    far = np.abs(numbers) > MOST
    if not far.any():
        return numbers
    event = int(far.argmax()) + 1
    value = float(numbers[event - 1])
    if np.isinf(value):
        raise BadSample(f"has an infinite {name} in event {event}; missing ones are NaN")
    raise BadSample(f"has {value:g} as {name} in event {event}, beyond what float32 holds (3.4e38)")


def seconds(values: np.ndarray) -> np.ndarray:
    """A field of numbers or dates as float64, NaN where missing; dates in seconds since 1970."""
    if values.dtype.kind != "M":
        return values
    return np.where(np.isnat(values), np.nan, values.astype(np.int64) / 1e6)


def words_of(values: np.ndarray) -> list[str | None]:
    """A field as words, None where missing."""
    if values.dtype == object:
        return values.tolist()
    kind = Seconds if values.dtype.kind == "M" else float
    return [None if x != x else word(kind(x)) for x in seconds(values).tolist()]
