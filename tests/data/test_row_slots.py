"""Tables whose columns together are rows: what is inferred, what can be named, what new data needs."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Source
from coview.errors import UserError
from coview.modalities.table import Table

N = 40
RNG = np.random.default_rng(0)
STONES: dict[str, Any] = {
    "carat": RNG.lognormal(size=N),
    "price": RNG.integers(100, 900, N),
    "colour": RNG.choice(["D", "E", "F"], N),
}
SENTENCES = [f"this is the {i}th of many long descriptions" for i in range(N)]


def write(path: Path, **columns: Any) -> Path:
    parquet.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), path)
    return path


def fitted(source: Source) -> list[str]:
    table = load(source).modalities["table"]
    assert isinstance(table, Table)
    return [column.name for column in table.columns]


def test_numbers_and_recurring_words_are_one_slot(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "t.parquet", **STONES))
    assert {slot: column.modality for slot, column in source.columns.items()} == {"table": "table"}
    (row,) = source.columns["table"].items[3]
    assert row == {"carat": STONES["carat"][3], "price": float(STONES["price"][3]), "colour": STONES["colour"][3]}


def test_the_same_csv_is_the_same_table(tmp_path: Path) -> None:
    lines = [",".join(STONES), *(",".join(map(str, row)) for row in zip(*STONES.values(), strict=True))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    assert fitted(open_source(tmp_path / "t.csv")) == list(STONES)


def test_a_label_by_name_or_by_the_users_word_is_no_feature(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", **STONES, target=RNG.integers(0, 2, N), cut=RNG.choice(["fair", "good"], N))
    by_name = open_source(path)
    assert "target" in by_name.labels
    assert fitted(by_name) == ["carat", "price", "colour", "cut"]
    told = open_source(path, label="cut")
    assert list(told.labels) == ["cut"]
    assert fitted(told) == ["carat", "price", "colour", "target"]


def test_what_says_nothing_of_a_row_is_left_out_and_named(tmp_path: Path) -> None:
    useless = {
        "number": np.arange(1, N + 1),
        "same": np.ones(N),
        "empty": pa.nulls(N, pa.float64()),
        "name": [f"stone {i}" for i in range(N)],
    }
    source = open_source(write(tmp_path / "t.parquet", **useless, **STONES))
    assert fitted(source) == list(STONES)
    said = " ".join(source.understood)
    for name, reason in (("number", "number of the row"), ("same", "same"), ("empty", "missing"), ("name", "differs")):
        assert f"{name} (" in said
        assert reason in said


def test_id_split_and_group_are_no_features(tmp_path: Path) -> None:
    more = {"id": [f"s{i}" for i in range(N)], "split": ["train"] * 30 + ["test"] * 10, "mine": ["a", "b"] * 20}
    source = open_source(write(tmp_path / "t.parquet", **STONES, **more), group="mine")
    assert fitted(source) == list(STONES)
    assert source.names[2] == "s2"
    assert source.split is not None
    assert source.groups is not None


def test_dates_are_numbers_and_truth_values_words(tmp_path: Path) -> None:
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=int(i)) for i in RNG.integers(0, 99, N)]
    source = open_source(write(tmp_path / "t.parquet", day=days, sold=RNG.random(N) < 0.5, **STONES))
    data = load(source)
    kinds = {c.name: c.kind for c in data.modalities["table"].columns}  # type: ignore[attr-defined]
    assert (kinds["day"], kinds["sold"], kinds["carat"]) == ("number", "category", "number")


def test_sentences_and_files_stay_slots_of_their_own(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "t.parquet", text=SENTENCES, **STONES))
    assert list(source.columns) == ["text"]


def test_a_column_of_single_words_with_a_label_stays_text(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(N)]
    assert list(open_source(write(tmp_path / "t.parquet", word=words, label=["a", "b"] * 20)).columns) == ["word"]


def test_named_columns_become_rows_beside_other_slots(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", text=SENTENCES, **STONES)
    source = open_source(path, columns=["stone:table=carat,colour", "caption:text=text"])
    assert {slot: column.modality for slot, column in source.columns.items()} == {"stone": "table", "caption": "text"}
    table = load(source).modalities["stone"]
    assert [column.name for column in table.columns] == ["carat", "colour"]  # type: ignore[attr-defined]


def test_a_star_takes_what_is_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", text=SENTENCES, **STONES)
    table = load(open_source(path, columns=["caption:text=text", "table=*"])).modalities["table"]
    assert [column.name for column in table.columns] == list(STONES)  # type: ignore[attr-defined]


def test_a_row_of_a_slot_without_a_value_is_absent(tmp_path: Path) -> None:
    half = [None if i % 2 else float(x) for i, x in enumerate(RNG.normal(size=N))]
    words = [None if i % 2 else "ab"[i % 4 // 2] for i in range(N)]
    path = write(tmp_path / "t.parquet", text=SENTENCES, weight=half, shape=words)
    data = load(open_source(path, columns=["caption:text=text", "stone:table=weight,shape"]))
    assert data.slots["stone"].present[:, 0].tolist() == [i % 2 == 0 for i in range(N)]
    assert (len(data), data.skipped) == (N, [])


@pytest.mark.parametrize(
    ("columns", "said"),
    [("table=carat,colours", "did you mean 'colour'"), ("table=carat,spots", r"'spots' \(list"), ("table=*", None)],
)
def test_columns_that_cannot_be_cells_are_explained(tmp_path: Path, columns: str, said: str | None) -> None:
    path = write(tmp_path / "t.parquet", spots=[[1.0, 2.0]] * N, **STONES)
    if said is None:
        assert list(open_source(path, columns=[columns]).columns) == ["table"]
        return
    with pytest.raises(UserError, match=said):
        open_source(path, columns=[columns])


def test_a_star_with_nothing_left_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", text=SENTENCES)
    with pytest.raises(UserError, match="no column is left for slot 'table'"):
        open_source(path, columns=["caption:text=text", "table=*"])


def test_a_few_rows_of_new_data_are_read_by_the_columns_of_the_run(tmp_path: Path) -> None:
    """Three rows tell nothing of which words recur; the run knows."""
    modality = load(open_source(write(tmp_path / "t.parquet", **STONES))).modalities
    few = write(tmp_path / "new.parquet", **{name: values[:3] for name, values in STONES.items()})
    data = load(open_source(few), modalities=modality)
    assert data.slots["table"].present.all()
    assert not data.slots["table"].value.isnan().any()


def test_new_data_without_a_column_is_refused_in_one_sentence(tmp_path: Path) -> None:
    modality = load(open_source(write(tmp_path / "t.parquet", **STONES))).modalities
    new = write(tmp_path / "new.parquet", carat=STONES["carat"], colour=STONES["colour"])
    with pytest.raises(UserError, match="lacks column 'price', which the run was trained with") as refused:
        load(open_source(new), modalities=modality)
    assert "\n" not in str(refused.value)


def test_new_data_with_words_for_numbers_is_refused_in_one_sentence(tmp_path: Path) -> None:
    modality = load(open_source(write(tmp_path / "t.parquet", **STONES))).modalities
    new = write(tmp_path / "new.parquet", **{**STONES, "carat": RNG.choice(["big", "small"], N)})
    with pytest.raises(UserError, match=r"column 'carat' is '(big|small)' here, and the run was trained with numbers"):
        load(open_source(new), modalities=modality)


def test_infinite_cells_are_skipped_and_named(tmp_path: Path) -> None:
    carat = STONES["carat"].copy()
    carat[7] = np.inf
    data = load(open_source(write(tmp_path / "t.parquet", **{**STONES, "carat": carat})))
    assert data.skipped == [("row 7", "table: column 'carat' is infinite")]


def test_infinite_cells_of_columns_not_asked_for_do_not_matter(tmp_path: Path) -> None:
    wild = np.where(np.arange(N) % 5 == 0, np.inf, 1.0)
    path = write(tmp_path / "t.parquet", wild=wild, **STONES)
    for data in (
        load(open_source(path), options={"table": {"columns": ["carat", "colour"]}}),
        load(open_source(path, columns=["table=carat,colour"])),
    ):
        assert not data.skipped
        assert len(data) == N


def test_an_infinite_code_is_skipped_and_named(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", code=[np.inf, *[1.0, 2.0] * 20][:N], **STONES)
    data = load(open_source(path), options={"table": {"categorical": ["code"]}})
    assert data.skipped == [("row 0", "table: column 'code' is infinite")]


def test_one_column_of_numbers_is_refused_with_the_way_to_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", carat=STONES["carat"])
    with pytest.raises(UserError, match=r"it has carat \(double\): read cells with --columns row:table=carat$"):
        open_source(path)
    assert list(open_source(path, columns=["row:table=carat"]).columns) == ["row"]


def test_frames_in_memory_are_tables() -> None:
    frame = pd.DataFrame({**STONES, "label": ["a", "b"] * 20})
    source = open_source(frame)
    assert list(source.labels) == ["label"]
    assert fitted(source) == list(STONES)
    beside = open_source({"stone": frame[list(STONES)], "caption": SENTENCES})
    assert {slot: column.modality for slot, column in beside.columns.items()} == {"stone": "table", "caption": "text"}


def test_arrays_of_rows_are_tables_where_named() -> None:
    data = load(open_source({"x:table": np.stack([STONES["carat"], STONES["price"]], 1)}))
    assert [column.name for column in data.modalities["x"].columns] == ["0", "1"]  # type: ignore[attr-defined]
    rows = [[float(a), str(b)] for a, b in zip(STONES["carat"], STONES["colour"], strict=True)]
    data = load(open_source({"x:table": rows}))
    assert [column.kind for column in data.modalities["x"].columns] == ["number", "category"]  # type: ignore[attr-defined]


def test_a_label_is_nothing_that_a_slot_may_read(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", **STONES, kind=RNG.choice(["a", "b"], N))
    with pytest.raises(UserError, match="'kind' is a label, and slot 'row' would read it"):
        open_source(path, columns=["row:table=carat,kind"], label=["kind"])
    assert "kind" in open_source(path, columns=["row:table=carat,price"], label=["kind"]).labels


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    frame = pd.DataFrame(STONES)
    with pytest.raises(UserError, match="two columns called 'carat'"):
        open_source(pd.concat([frame, frame[["carat"]]], axis=1))


def test_what_a_slot_says_of_samples_that_cannot_be_read_comes_before_what_the_source_skipped(tmp_path: Path) -> None:
    run = load(open_source(write(tmp_path / "a.parquet", **STONES)))
    bad = replace(open_source(write(tmp_path / "b.parquet", **{**STONES, "carat": ["x y"] * N})), skipped=[("z", "?")])
    with pytest.raises(UserError, match=r"not one of 40 samples can be read; .*carat"):
        load(bad, modalities=run.modalities)


@pytest.mark.parametrize("value", [1.7e308, -1.7e308, 1e200])
def test_a_number_too_large_to_be_squared_is_one_cell_like_another(tmp_path: Path, value: float) -> None:
    carat = [value, *STONES["carat"][1:]]
    data = load(open_source(write(tmp_path / "t.parquet", **{**STONES, "carat": carat})))
    assert bool(data.slots["table"].value.isfinite().all())
