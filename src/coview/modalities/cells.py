"""Cells: single values of a row or an event, however Python, numpy, pandas or Arrow have them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf
from typing import Any

import numpy as np

from coview.modalities.base import BadSample

MOST = float(np.finfo(np.float32).max)
"""What is stored has 32 bits: a number further from zero would be infinite."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRUTH = ("true", "false")
_PART = re.compile(r"\d{4}(-\d\d)?")


class Seconds(float):
    """A number that was a date: seconds since 1970 in UTC."""

    __slots__ = ()


Cell = float | str | None
"""A number (`Seconds` where it was a date), a word, or nothing: what is missing stays missing."""


def read_cell(name: str, value: Any) -> Cell:
    """One value as a number, a word or nothing.

    Numbers are floats, decimals among them, and infinite where float64 does not hold them; dates are `Seconds` (in UTC
    where they name no zone), hours and durations seconds, truth values the words `true` and `false`. None, NaN, NaT
    and empty text are missing.

    Args:
        name: of the column, for messages.
        value: of any kind.

    Raises:
        BadSample: it is neither number, word nor date.
    """
    match value:
        case None:
            return None
        case bool() | np.bool_():
            return "true" if bool(value) else "false"
        case str():
            return value.strip() or None
        case np.datetime64():  # before numbers: numpy counts times among them
            return None if np.isnat(value) else Seconds(value.astype("datetime64[us]").astype(np.int64) / 1e6)
        case np.timedelta64():
            return None if np.isnat(value) else float(value.astype("timedelta64[us]").astype(np.int64) / 1e6)
        case float() | int() | np.floating() | np.integer() | Decimal():
            return _number(value)
        case datetime():
            if value != value:  # pandas' NaT is a datetime that equals nothing
                return None
            return seconds_of(value)
        case date():
            return Seconds((value - date(1970, 1, 1)).days * 86_400)
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
    """A cell as the name of a category: `3` and `3.0` are one, `True` and `true`, a date and the same in ISO 8601."""
    if isinstance(cell, str):
        return cell.lower() if len(cell) in (4, 5) and cell.lower() in _TRUTH else cell
    if isinstance(cell, Seconds):
        return _date(cell)
    return str(int(cell)) if float(cell).is_integer() else repr(cell)


def number_of(text: str) -> float | None:
    """The number that a text is, None where it is none; `1_000` is Python's own way to write one."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def time_of(text: str) -> datetime | None:
    """The date, with or without a time, that a text is in ISO 8601, in UTC without a zone; None where it is none.

    A year or a month is its first day.
    """
    text = text.strip()
    try:
        found = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if _PART.fullmatch(text) else text)
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None


def seconds_of(when: datetime) -> Seconds:
    """Since 1970, in UTC where no zone is named."""
    return Seconds((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def told_number(text: str, *, dates: bool) -> float | None:
    """The number that a text stands for in a column of numbers; None where it stands for none.

    Args:
        text: `12.5`, or `2024-01-31`.
        dates: whether the column's numbers were dates: then a text that is one is read as one (`2024` is a year).
    """
    when = time_of(text) if dates else None
    return number_of(text) if when is None else seconds_of(when)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return inf if value > 0 else -inf
    return None if number != number else number


def _date(since: Seconds) -> str:
    """`2024-01-31`, with the time of day where it is not midnight."""
    try:
        when = (_EPOCH + timedelta(seconds=since)).replace(tzinfo=None)
    except OverflowError:  # beyond the year 9999
        return repr(float(since))
    return str(when).removesuffix(" 00:00:00")
