"""Tables in which a row is a series: columns from one to another are its times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.errors import UserError

VALUES = np.random.default_rng(0).normal(size=(12, 10))


def wide(folder: Path, **more: object) -> Path:
    channels = {f"{c}{t}": VALUES[:, t + 5 * (c == "b")] for c in "ab" for t in range(5)}
    table = pa.table({"patient": ["p", "q", "r"] * 4, **channels, "kind": ["x", "y"] * 6, **more})
    parquet.write_table(table, folder / "t.parquet")
    return folder / "t.parquet"


def test_columns_from_one_to_another_are_a_series(tmp_path: Path) -> None:
    source = open_source(wide(tmp_path), columns=["ecg:series=a0..a4"], label="kind", group="patient")
    np.testing.assert_array_equal(source.columns["ecg"].items[3][0], VALUES[3, :5, None])
    assert source.labels["kind"].tolist() == ["x", "y"] * 6
    assert "ecg is a series of 5 times, a0 to a4" in source.understood
    assert load(source).slots["ecg"].length[:, 0].tolist() == [5] * 12


def test_two_stretches_are_two_channels_and_other_columns_other_slots(tmp_path: Path) -> None:
    source = open_source(wide(tmp_path), columns=["ecg:series=a0..a4,b0..b4", "who:table=patient"])
    assert list(source.columns) == ["ecg", "who"]
    np.testing.assert_array_equal(source.columns["ecg"].items[7][0], VALUES[7].reshape(2, 5).T)


def test_a_missing_cell_is_a_missing_value(tmp_path: Path) -> None:
    path = wide(tmp_path, c0=[1.0] * 12, c1=[None, *[2.0] * 11], c2=[3] * 12)
    values = open_source(path, columns=["series=c0..c2"]).columns["series"].items[0][0]
    np.testing.assert_array_equal(values, [[1.0], [np.nan], [3.0]])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("ecg:series=a0..c4", r"has no column 'c4' \(named for slot 'ecg'\); it has a0, a1"),
        ("ecg:series=a4..a0", "column 'a0' stands before 'a4'"),
        ("ecg:series=a0..kind", r"column 'kind' holds words, such as 'x' \(row 0\), where numbers are needed"),
        ("ecg:series=a0..a4,b0..b3", r"channels of one length; times are a0\.\.a4 5, b0\.\.b3 4"),
        ("ecg:series=a0,a1", r"no column says whose each row is; .* slot:series=FIRST\.\.LAST"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(tmp_path: Path, columns: str, said: str) -> None:
    path = wide(tmp_path)
    parquet.write_table(parquet.read_table(path).drop_columns(["patient"]), path)
    with pytest.raises(UserError, match=said):
        open_source(path, columns=[columns])


def test_a_table_that_may_be_series_says_how(tmp_path: Path) -> None:
    table = {f"t{n}": np.random.default_rng(n).normal(size=20) for n in range(9)}
    parquet.write_table(pa.table(table), tmp_path / "t.parquet")
    told = open_source(tmp_path / "t.parquet").understood
    assert "t0 to t8 are one course in time? then --columns series=t0..t8" in told
