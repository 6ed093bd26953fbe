"""Single values: what is a number, a word, a date or nothing."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from coview.modalities.base import BadSample
from coview.modalities.cells import Seconds, number_of, read_cell, time_of, told_number, word


@pytest.mark.parametrize("value", [Decimal("12.5"), np.float16(12.5), np.array(12.5), 12.5])
def test_numbers_are_floats(value: Any) -> None:
    assert read_cell("a", value) == 12.5


@pytest.mark.parametrize("value", [10**400, Decimal("1e999"), math.inf])
def test_numbers_that_no_float_holds_are_infinite(value: Any) -> None:
    assert read_cell("a", value) == math.inf
    assert read_cell("a", -value) == -math.inf


@pytest.mark.parametrize("value", [1j, np.complex64(1), b"x", [1], {"a": 1}])
def test_what_is_no_cell_is_named(value: Any) -> None:
    with pytest.raises(BadSample, match="column 'a' holds a"):
        read_cell("a", value)


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 1, 31),
        datetime(2024, 1, 31),
        datetime(2024, 1, 31, 1, tzinfo=timezone(timedelta(hours=1))),
        np.datetime64("2024-01-31"),
    ],
)
def test_dates_are_seconds_and_written_in_iso_8601(value: Any) -> None:
    cell = read_cell("a", value)
    assert isinstance(cell, Seconds)
    assert cell == datetime(2024, 1, 31, tzinfo=UTC).timestamp() == told_number("2024-01-31", dates=True)
    assert word(cell) == "2024-01-31"
    assert word(Seconds(cell + 3600.5)) == "2024-01-31 01:00:00.500000"


@pytest.mark.parametrize(
    ("cell", "said"), [(3.0, "3"), (-0.5, "-0.5"), ("True", "true"), ("FALSE", "false"), ("Trust", "Trust")]
)
def test_words_are_one_for_all_spellings(cell: Any, said: str) -> None:
    assert word(cell) == said


def test_numbers_as_text() -> None:
    assert [number_of(text) for text in ("12.5", "-3", "1e3", "1_000", "much")] == [12.5, -3, 1000, None, None]


@pytest.mark.parametrize("text", ["2024", "2024-01", "2024-01-01T00:00Z", " 2024-01-01 ", "20240101"])
def test_times_as_text(text: str) -> None:
    assert time_of(text) == datetime(2024, 1, 1)


def test_a_year_is_a_date_where_dates_are_wanted_and_else_a_number() -> None:
    assert told_number("2024", dates=False) == 2024
    assert told_number("2024", dates=True) == datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    assert told_number("1704067200", dates=True) == 1704067200
    assert told_number("2024-01-01", dates=False) is None
