"""Raw events of one entity: columns, rows or frames, as columns in order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from coview.modalities.base import BadSample

TIME = "time"
"""The field that says when an event was."""


class History(NamedTuple):
    """The events of one entity, in order of time.

    Args:
        time: `(T,)` float64 seconds (or whatever unit numbers were given in), or None where only the order is known.
        names: of the fields.
        values: of each field `(T,)`: float64, NaN where missing, or words (object), None where missing.
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
    numbers are numbers, all others words; NaN and None are missing.

    Raises:
        BadSample: no events, fields of different lengths, an event without a time, or an infinite number.
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
    given = np.asarray(values)
    try:
        if given.dtype.kind in "OUS":
            known = [x for x in given.tolist() if x is not None]
            numbers = known and all(isinstance(x, int | float) for x in known)
            given = given.astype(np.float64 if numbers else "datetime64[us]")
        if given.dtype.kind == "M":
            unknown = np.isnat(given)
            seconds = given.astype("datetime64[us]").astype(np.int64) / 1e6
            given = np.where(unknown, np.nan, seconds)
        time = given.astype(np.float64)
    except (ValueError, TypeError):
        met = next((value for value in given.tolist() if not _is_time(value)), given.tolist()[0])
        raise BadSample(f"has times that are neither numbers nor dates, such as {met!r}") from None
    if time.ndim != 1:
        raise BadSample(f"has times of shape {time.shape}; one for each event is needed")
    bad = np.flatnonzero(~np.isfinite(time))
    if len(bad):
        raise BadSample(f"has {len(bad)} events without a time, the first is number {int(bad[0]) + 1}")
    return time


def _is_time(value: Any) -> bool:
    for kind in ("datetime64[us]", "float64"):
        try:
            np.asarray(value).astype(kind)
        except (ValueError, TypeError):
            continue
        return True
    return False


def _field(name: str, values: Any) -> np.ndarray:
    """Numbers as float64, anything else as words."""
    given = np.asarray(values)
    if given.ndim != 1:
        given = np.empty(len(values), dtype=object)
        given[:] = [tuple(value) if isinstance(value, list) else value for value in values]
    if given.dtype.kind == "O" and _only_numbers(given):
        given = np.array([np.nan if x is None else x for x in given.tolist()], np.float64)
    if given.dtype.kind in "iuf":
        numbers = given.astype(np.float64)
        infinite = np.flatnonzero(np.isinf(numbers))
        if len(infinite):
            raise BadSample(f"has an infinite {name} in event {int(infinite[0]) + 1}; missing ones are NaN")
        return numbers
    words = np.empty(len(given), dtype=object)
    words[:] = [None if x is None or x != x else word(x) for x in given.tolist()]
    return words


def _only_numbers(values: np.ndarray) -> bool:
    known = [x for x in values.tolist() if x is not None]
    return bool(known) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in known)


def word(value: Any) -> str:
    """A value as a category: whole numbers without a point, bytes as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
