"""Columns of numbers or times in which a few cells are words: what they are read as, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from coview.data.open import open_source
from coview.errors import UserError

N = 100


def lines(folder: Path, columns: dict[str, Sequence[Any]], name: str = "t.csv") -> Path:
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / name).write_text("\n".join(rows) + "\n")
    return folder / name


def people(**changed: Any) -> dict[str, list[Any]]:
    homes = ["own" if n % 3 else "rent" for n in range(N)]
    return {
        "age": [20.5 + n / 7 for n in range(N)],
        "income": [97 * n % 83 for n in range(N)],
        "home": homes,
        **changed,
    }


def with_word(values: Sequence[Any], word: str, at: Sequence[int]) -> list[Any]:
    return [word if n in at else value for n, value in enumerate(values)]


def visits(dates: int = 100) -> dict[str, list[Any]]:
    days = [f"2024-{1 + n // 28:02d}-{1 + n % 28:02d} 10:00:00" for n in range(dates)]
    return {
        "customer": [f"c{n % 10}" for n in range(dates)],
        "date": days,
        "goods": ["tea" if n % 3 else "milk" for n in range(dates)],
        "price": [1.5 * (n % 40) for n in range(dates)],
    }


def walks() -> dict[str, list[Any]]:
    x = np.random.default_rng(0).normal(size=(2, 120)).round(3).tolist()
    return {
        "recording": [f"w{n // 30}" for n in range(120)],
        "seconds": [n % 30 for n in range(120)],
        "x": x[0],
        "y": x[1],
    }


def test_one_word_among_numbers_is_missing_and_named(tmp_path: Path) -> None:
    source = open_source(lines(tmp_path, people(age=with_word(people()["age"], "unknown?", [17]))))
    ages = [source.columns["table"].items[n][0]["age"] for n in range(N)]
    assert [n for n, age in enumerate(ages) if np.isnan(age)] == [17]
    assert "age is numbers but for 1 cell, which is missing: 'unknown?' (row 17)" in source.understood


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    path = lines(tmp_path, {**people(), "risk": with_word([n % 3 for n in range(N)], "?", [4])})
    assert open_source(path, label="risk").labels["risk"][3:6].tolist() == pytest.approx([0, np.nan, 2], nan_ok=True)


def test_a_word_that_recurs_is_missing_too_where_nearly_all_other_values_are_numbers(tmp_path: Path) -> None:
    source = open_source(lines(tmp_path, people(age=with_word(people()["age"], "?", range(0, N, 3)))))
    assert (
        "age is numbers but for 34 cells, which are missing: '?' (row 0), '?' (row 3) and 32 more" in source.understood
    )


@pytest.mark.parametrize("at", [range(0, N, 10), range(0, N, 2)])
def test_words_beside_few_numbers_stay_words(tmp_path: Path, at: Sequence[int]) -> None:
    path = lines(tmp_path, people(income=with_word([n % 4 for n in range(N)], "none", at)))
    assert open_source(path).columns["table"].items[0][0]["income"] == "none"


@pytest.mark.parametrize("name", ["id", "product_code", "customer"])
def test_names_of_things_are_no_numbers(tmp_path: Path, name: str) -> None:
    path = lines(tmp_path, {name: with_word([100 + n for n in range(N)], "17b", [17]), **people()})
    assert open_source(path, columns=["table=*"]).columns["table"].items[17][0][name] == "17b"


def test_what_the_user_calls_text_stays_text(tmp_path: Path) -> None:
    path = lines(tmp_path, people(age=with_word(people()["age"], "unknown?", [17])))
    assert open_source(path, columns=["note:text=age"]).columns["note"].items[17][0] == "unknown?"


def test_the_types_of_a_file_that_has_types_are_kept(tmp_path: Path) -> None:
    parquet.write_table(
        pa.table(people(age=with_word(map(str, people()["age"]), "unknown?", [17]))), tmp_path / "t.parquet"
    )
    source = open_source(tmp_path / "t.parquet", columns=["table=age,income"])
    assert source.columns["table"].items[0][0]["age"] == "20.5"


def test_numbers_and_words_of_a_row_are_told_apart(tmp_path: Path) -> None:
    days = [f"2024-01-{1 + n % 28:02d}" for n in range(N)]
    told = open_source(lines(tmp_path, people(day=days))).understood
    assert told[0].startswith("table is one row of numbers age, income; words home; dates day; other slots:")


def test_a_word_among_times_skips_its_row_and_is_named(tmp_path: Path) -> None:
    table = visits()
    table["date"][33] = "soon"
    source = open_source(lines(tmp_path, table))
    assert list(source.columns) == ["events"]
    assert ("row 33", "no time: date is 'soon'") in source.skipped
    assert len(source.columns["events"].items[3][0]["time"]) == 9


def test_times_named_by_the_user_are_read_as_those_found(tmp_path: Path) -> None:
    table = visits()
    table["date"][33] = "soon"
    wanted = ["shop:events=goods,price", "entity=customer", "time=date"]
    parquet.write_table(pa.table(table), tmp_path / "t.parquet")
    a, b = (open_source(p, columns=wanted) for p in (lines(tmp_path, table), tmp_path / "t.parquet"))
    assert a.skipped == b.skipped == [("row 33", "no time: date is 'soon'")]
    assert a.columns["shop"].items[5][0]["time"].tolist() == b.columns["shop"].items[5][0]["time"].tolist()


def test_times_that_are_empty_text_are_missing(tmp_path: Path) -> None:
    table = visits()
    table["date"][20:40] = [""] * 20
    parquet.write_table(pa.table(table), tmp_path / "t.parquet")
    source = open_source(tmp_path / "t.parquet", columns=["shop:events=goods", "entity=customer", "time=date"])
    assert [reason for _, reason in source.skipped] == ["no time: date is empty or infinite"]


def test_a_refusal_of_times_quotes_the_first_word_that_is_none(tmp_path: Path) -> None:
    table = visits()
    table["date"][3:40] = [f"in {n} days" for n in range(37)]
    with pytest.raises(
        UserError, match=r"column 'date' holds words, such as 'in 0 days' \(row 3\), where times are needed"
    ):
        open_source(lines(tmp_path, table), columns=["shop:events=goods", "entity=customer", "time=date"])


def test_a_word_in_a_channel_is_a_missing_value(tmp_path: Path) -> None:
    source = open_source(lines(tmp_path, {**walks(), "x": with_word(walks()["x"], "broken", [44])}))
    assert np.argwhere(np.isnan(source.columns["series"].items[1][0])).tolist() == [[14, 0]]
    assert "x is numbers but for 1 cell, which is missing: 'broken' (row 44)" in source.understood


def test_a_column_that_is_not_read_has_a_reason(tmp_path: Path) -> None:
    told = open_source(lines(tmp_path, {**walks(), "note": [f"n{n}" for n in range(120)]})).understood
    assert "not read: note (nearly every word differs); map them with --columns slot:events=column" in told


def test_a_channel_of_words_is_refused_with_the_first(tmp_path: Path) -> None:
    table = {**walks(), "x": [f"{x} m" if 4 < n < 60 else x for n, x in enumerate(walks()["x"])]}
    with pytest.raises(UserError, match=r"column 'x' holds words, such as '\S+ m' \(row 5\), where numbers are needed"):
        open_source(lines(tmp_path, table), columns=["walk:series=x,y"])


def test_a_json_column_of_several_kinds_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"n": 1, "age": 20.5}\n{"n": 2, "age": "unknown"}\n')
    with pytest.raises(UserError, match="column 'age' holds values of several kinds: Could not convert 'unknown'"):
        open_source(tmp_path / "t.jsonl")
