"""Rows that cannot be read, columns that say nothing, and new data of another kind."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from coview.errors import UserError
from coview.modalities.base import BadSample
from coview.modalities.table import Table
from coview.modalities.table.read import read_row
from tests.modalities.test_table import items, rows


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.adapt(items())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"a": b"x"}, "column 'a' holds a bytes"),
        ({"a": [1, 2]}, "column 'a' holds a list"),
        ({}, "without columns"),
        (3.0, "is float, not a row"),
        ("a", "is str, not a row"),
        (np.zeros((2, 2)), r"shape \(2, 2\)"),
    ],
)
def test_what_is_no_row_is_named(raw: Any, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        Table.read(raw)


@pytest.mark.parametrize("nothing", [None, math.nan, "", "  ", np.float32("nan"), np.datetime64("NaT")])
def test_all_spellings_of_nothing_are_missing(nothing: Any) -> None:
    assert Table.read({"a": nothing}).cells == (None,)


def test_pandas_spellings_of_nothing_are_missing() -> None:
    assert Table.read({"a": pd.NA, "b": pd.NaT}).cells == (None, None)
    assert Table.read(pd.DataFrame({"a": [1], "b": ["x"]}).iloc[0]).cells == (1.0, "x")


@pytest.mark.parametrize("kind", ["D", "ms", "ns"])
def test_dates_are_seconds(kind: str) -> None:
    assert Table.read({"a": np.datetime64("1970-01-03").astype(f"datetime64[{kind}]")}).cells == (172_800.0,)


def test_columns_that_say_nothing_are_left_out_with_a_warning() -> None:
    raw = [{"n": float(i), "same": 1.0, "empty": None} for i in range(9)]
    with pytest.warns(UserWarning, match=r"always missing: empty"), pytest.warns(UserWarning, match=r"the same: same"):
        fitted = Table.adapt([Table.read(row) for row in raw])
    assert [column.name for column in fitted.columns] == ["n"]


def test_a_column_that_is_there_or_missing_says_something() -> None:
    fitted = Table.adapt([Table.read({"n": float(i), "ok": "yes" if i % 2 else None}) for i in range(9)])
    assert [column.name for column in fitted.columns] == ["n", "ok"]


def test_a_table_without_a_column_that_tells_rows_apart_is_refused() -> None:
    with pytest.raises(UserError, match="no column of the table tells its 4 training rows apart: a, b are always"):
        Table.adapt([Table.read({"a": 1.0, "b": None})] * 4)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"income": "much"}, "column 'income' is 'much' here"),
        ({"income": math.inf}, "column 'income' is infinite"),
        ({"home": -math.inf}, "column 'home' is infinite"),
        ({"income": "inf"}, "column 'income' is 'inf', which is not finite"),
    ],
)
def test_rows_of_another_kind_do_not_fit(table: Table, change: dict[str, Any], reason: str) -> None:
    said = table.unfit(read_row({**rows()[0], **change}))
    assert said is not None
    assert reason in said


def test_numbers_as_text_are_read(table: Table) -> None:
    as_text, plain = (read_row({**rows()[0], "income": x}) for x in ("1200.5", 1200.5))
    assert torch.equal(table.collate([[as_text]]).value, table.collate([[plain]]).value)


def test_a_row_without_a_column_does_not_fit_and_one_with_more_does(table: Table) -> None:
    assert table.unfit(read_row({"income": 1.0, "home": "own"})) == (
        "lacks column 'children', which the run was trained with"
    )
    assert table.unfit(read_row({**rows()[0], "more": 1})) is None
    view = table.collate([[read_row({"income": 1.0})], [read_row(rows()[0])]])
    assert view.present.tolist() == [[False], [True]]


def test_a_row_without_a_value_is_absent_and_not_fitted_to(table: Table) -> None:
    empty = read_row(dict.fromkeys(rows()[0]))
    assert table.unfit(empty) == "has no value that is there"
    assert table.collate([[empty], [read_row(rows()[0])]]).present.tolist() == [[False], [True]]
    assert Table.adapt([*items(), empty]).config() == Table.adapt(items()).config()


def test_rows_with_an_infinite_number_are_not_fitted_to() -> None:
    good = [read_row({"n": float(i), "word": "ab"[i % 2]}) for i in range(9)]
    wild = read_row({"n": math.inf, "word": "a"})
    assert Table.adapt([*good, wild]).config() == Table.adapt(good).config()
    with pytest.raises(UserError, match="each of the 2 training rows has an infinite number, the first in column 'n'"):
        Table.adapt([wild, wild])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"corrup": 0.1}, "has no option 'corrup'"),
        ({"corrupt": 1.5}, "corrupt is 1.5"),
        ({"categorical": "house"}, "no column 'house'"),
        ({"columns": "home,house"}, "no column 'house'"),
    ],
)
def test_options_without_sense_are_explained(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Table.adapt(items(20), **options)
