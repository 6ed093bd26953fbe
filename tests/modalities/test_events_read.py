"""Raw events and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from coview.data.arrays import from_arrays
from coview.data.prepared.prepare import load
from coview.modalities.base import BadSample
from coview.modalities.events.read import History, read_history

COLUMNS = {"time": [3.0, 1.0, 2.0], "goods": ["tea", "milk", None], "price": [1.0, None, 3.0]}


def equal(a: History, b: History) -> None:
    assert a.names == b.names
    np.testing.assert_array_equal(a.time, b.time)  # type: ignore[arg-type]
    for x, y in zip(a.values, b.values, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


def test_events_are_put_in_order_of_time() -> None:
    found = read_history(COLUMNS)
    assert found.time is not None
    assert found.time.tolist() == [1, 2, 3]
    assert found.values[0].tolist() == ["milk", None, "tea"]
    np.testing.assert_array_equal(found.values[1], [np.nan, 3, 1])


def test_events_of_one_time_keep_their_order() -> None:
    found = read_history({"time": [5, 1, 1, 1], "goods": ["d", "a", "b", "c"]})
    assert found.values[0].tolist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "raw",
    [
        pd.DataFrame(COLUMNS),
        pa.table(COLUMNS),
        [{"time": 3.0, "goods": "tea", "price": 1.0}, {"time": 1.0, "goods": "milk"}, {"time": 2.0, "price": 3.0}],
        {**COLUMNS, "price": np.array([1, np.nan, 3], np.float32)},
    ],
)
def test_columns_rows_and_frames_are_the_same_events(raw: Any) -> None:
    found, expected = read_history(raw), read_history(COLUMNS)
    order = [found.names.index(name) for name in expected.names]
    equal(History(found.time, expected.names, tuple(found.values[i] for i in order)), expected)


def test_a_structured_array_is_events() -> None:
    rows = np.array([(2.0, b"tea", 5), (1.0, b"milk", 7)], dtype=[("time", "f8"), ("goods", "S5"), ("n", "i4")])
    found = read_history(rows)
    assert found.values[0].tolist() == ["milk", "tea"]
    assert found.values[1].tolist() == [7, 5]


def test_words_alone_are_events_in_order() -> None:
    found = read_history(["a", "b", "a"])
    assert found.time is None
    assert found.names == ("event",)
    assert found.events == 3


@pytest.mark.parametrize(
    "times",
    [
        [datetime(2024, 1, 1, 0, 0, 5), datetime(2024, 1, 1, 0, 0, 7)],
        ["2024-01-01T00:00:05", "2024-01-01T00:00:07"],
        np.array(["2024-01-01T00:00:05", "2024-01-01T00:00:07"], dtype="datetime64[ns]"),
        [1704067205, 1704067207],
    ],
)
def test_times_are_seconds_whatever_they_were_given_as(times: Any) -> None:
    assert read_history({"time": times, "x": [1, 2]}).time.tolist() == [1704067205, 1704067207]  # type: ignore[union-attr]


def test_days_are_times() -> None:
    assert np.diff(read_history({"time": [date(2024, 1, 1), date(2024, 1, 3)]}).time).tolist() == [2 * 86_400]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "has no events"),
        ({}, "has no events"),
        ({"time": [], "goods": []}, "has no events"),
        ({"time": [1.0], "goods": ["a", "b"]}, "fields of different lengths: time 1, goods 2"),
        ({"time": [1.0, np.nan], "x": [1, 2]}, "1 events without a time, the first is number 2"),
        ({"time": [1.0, np.inf], "x": [1, 2]}, "an infinite time in event 2"),
        ({"time": ["soon", "later"], "x": [1, 2]}, "times that are neither numbers nor dates, such as 'soon'"),
        ({"time": ["2024-01-01", "soon"], "x": [1, 2]}, "neither numbers nor dates, such as 'soon'"),
        ({"time": [1.5, "soon"], "x": [1, 2]}, "neither numbers nor dates, such as 'soon'"),
        ({"x": [1.0, -np.inf]}, "an infinite x in event 2"),
        ({"x": [1.0, 1e200]}, r"has 1e\+200 as x in event 2, beyond what float32 holds"),
        ({"time": [1.0, 1e200], "x": [1, 2]}, r"has 1e\+200 as time in event 2"),
        ("visits.csv", "is of type str"),
        (7, "is of type int"),
        (np.zeros((3, 2)), r"is an array \(3, 2\)"),
    ],
)
def test_what_is_no_events_is_named(raw: Any, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        read_history(raw)


@pytest.mark.parametrize("given", [[Decimal("1.5"), None, Decimal(2)], pa.array([Decimal("1.5"), None, Decimal(2)])])
def test_decimals_are_numbers(given: Any) -> None:
    field = read_history({"x": given}).values[0]
    assert field.dtype == np.float64
    np.testing.assert_array_equal(field, [1.5, np.nan, 2])


@pytest.mark.parametrize(
    "given",
    [
        [date(2024, 1, 2), None],
        [datetime(2024, 1, 2, tzinfo=UTC), None],
        np.array(["2024-01-02", "NaT"], "datetime64[ns]"),
        pd.Series([pd.Timestamp("2024-01-02T01:00", tz="Europe/Berlin"), pd.NaT]),
    ],
)
def test_fields_of_dates_are_dates(given: Any) -> None:
    field = read_history({"x": given}).values[0]
    assert field.dtype == "datetime64[us]"
    np.testing.assert_array_equal(field, np.array(["2024-01-02", "NaT"], "datetime64[us]"))


def test_times_of_any_spelling_are_seconds() -> None:
    times = ["2024-01-01T00:00:05Z", datetime(2024, 1, 1, 0, 0, 7), Decimal(1704067209)]
    found = read_history({"time": times, "x": [1, 2, 3]}).time
    assert found is not None
    assert found.tolist() == [1704067205, 1704067207, 1704067209]


def test_all_spellings_of_nothing_are_missing() -> None:
    assert read_history({"x": ["a", "", "  ", None, np.nan, pd.NA]}).values[0].tolist() == ["a"] + [None] * 5


def test_bad_entities_are_skipped_and_named() -> None:
    good = {"time": [1, 2, 5], "goods": ["a", "b", "a"], "price": [1.0, 2.0, 3.0]}
    rows = [good, good, [], {"time": [1.0, np.nan], "goods": ["a", "b"]}, {"colour": ["red"]}, {"price": ["cheap"]}]
    names = ["one", "two", "none", "when", "what", "how much"]
    data = load(from_arrays({"visits:events": rows}, names=names), adapt_rows=[0, 1])
    assert data.names == ["one", "two"]
    told = dict(data.skipped)
    assert told["none"] == "visits: has no events"
    assert told["when"].startswith("visits: has 1 events without a time")
    assert told["what"] == "visits: has none of the fields price, goods"
    assert told["how much"] == "visits: has 'cheap' as price, a field of numbers"


def test_an_unknown_word_in_new_data_is_no_error() -> None:
    old = [{"goods": ["a", "b", "a", "b"]}, {"goods": ["b", "a"]}]
    run = load(from_arrays({"visits:events": old}), adapt_rows=[0, 1]).modalities
    new = load(from_arrays({"visits:events": [{"goods": ["a", "new"]}]}), modalities=run)
    assert new.slots["visits"].value[0, 0, :2, 1].tolist() == [1, 0]
