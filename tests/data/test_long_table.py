"""Tables in long form: one sample for many rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.errors import UserError


def written(folder: Path, columns: dict[str, Sequence[Any]], name: str = "log.parquet") -> str:
    parquet.write_table(pa.table({n: pa.array(list(values)) for n, values in columns.items()}), folder / name)
    return str(folder / name)


def walks(recordings: int = 4, times: int = 30) -> dict[str, list[Any]]:
    """Two channels at 50 Hz; recordings of two people."""
    rng = np.random.default_rng(0)
    rows = [(f"walk {r}", f"person {r % 2}", t / 50, r) for r in range(recordings) for t in range(times)]
    return {
        "recording": [r for r, *_ in rows],
        "person": [p for _, p, *_ in rows],
        "seconds": [t for *_, t, _ in rows],
        "x": [float(n) + float(rng.normal()) for *_, n in rows],
        "y": rng.normal(size=len(rows)).tolist(),
    }


def visits() -> dict[str, list[Any]]:
    start = datetime(2024, 1, 1)
    rows = [(c, start + timedelta(hours=5 * v + c), v) for c in range(6) for v in range(4 + c % 3)]
    return {
        "customer": [f"c{c}" for c, *_ in rows],
        "date": [when for _, when, _ in rows],
        "goods": ["bread" if (c + v) % 3 else "tea" for c, _, v in rows],
        "product_id": [100 + (c * 7 + v) % 40 for c, _, v in rows],
        "price": [1.5 * (v + 1) for *_, v in rows],
        "city": ["Ulm" if c % 2 else "Bonn" for c, *_ in rows],
    }


def test_a_log_of_numbers_at_even_times_is_read_as_series(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, walks()))
    assert {slot: column.modality for slot, column in source.columns.items()} == {"series": "series"}
    assert source.names == [f"walk {i}" for i in range(4)]
    np.testing.assert_allclose(source.columns["series"].items[2][0][:, 0], walks()["x"][60:90])
    assert source.labels["person"].tolist() == ["person 0", "person 1"] * 2


def test_what_was_understood_is_said(tmp_path: Path) -> None:
    told = "\n".join(open_source(written(tmp_path, walks())).understood)
    assert "4 samples by recording, 30.0 rows each, in order of seconds" in told
    assert "series of x, y, steps of 0.02" in told


def test_a_log_of_words_is_read_as_events(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, visits()))
    assert source.columns["events"].modality == "events"
    (first,) = source.columns["events"].items[0]
    assert first["goods"].tolist() == visits()["goods"][:4]
    assert np.diff(first["time"]).tolist() == [5 * 3600.0] * 3
    assert source.labels["city"].tolist() == ["Bonn", "Ulm"] * 3
    assert "events: events of words goods, product_id and numbers price" in source.understood


def test_numbers_that_are_names_are_words(tmp_path: Path) -> None:
    (first,) = open_source(written(tmp_path, visits())).columns["events"].items[0]
    assert first["product_id"].tolist() == [str(n) for n in visits()["product_id"][:4]]


def test_slots_are_mapped_by_the_user(tmp_path: Path) -> None:
    path = written(tmp_path, walks())
    wanted = ["hip:series=x", "wrist:series=y", "entity=recording", "time=seconds"]
    source = open_source(path, columns=wanted, group="person")
    assert list(source.columns) == ["hip", "wrist"]
    assert source.columns["hip"].items[0][0].shape == (30, 1)
    assert source.groups == ["person 0", "person 1"] * 2


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    for table in (walks(), visits()):
        order = np.random.default_rng(1).permutation(len(table[next(iter(table))]))
        mixed = {name: [values[i] for i in order] for name, values in table.items()}
        a, b = (open_source(written(tmp_path, t, f"{i}.parquet")) for i, t in enumerate((table, mixed)))
        (slot,) = a.columns
        place = {name: i for i, name in enumerate(b.names)}
        for i, name in enumerate(a.names):
            one, two = a.columns[slot].items[i][0], b.columns[slot].items[place[name]][0]
            if isinstance(one, dict):
                assert all(one[n].tolist() == two[n].tolist() for n in one)
            else:
                np.testing.assert_array_equal(one, two)


def test_a_row_that_is_missing_is_a_missing_time(tmp_path: Path) -> None:
    table = walks(1, 20)
    kept = [i for i in range(20) if i not in (5, 6)]
    path = written(tmp_path, {name: [values[i] for i in kept] for name, values in table.items()})
    source = open_source(path, columns=["walk:series=x,y", "entity=recording"])
    values = source.columns["walk"].items[0][0]
    assert np.flatnonzero(np.isnan(values[:, 0])).tolist() == [5, 6]
    assert values.shape == (20, 2)
    assert "2 missing times" in source.understood[-1]


def test_uneven_times_are_refused_as_series_and_read_as_events(tmp_path: Path) -> None:
    table = walks(2)
    table["seconds"] = np.random.default_rng(0).random(60).tolist()
    path = written(tmp_path, table)
    assert list(open_source(path).columns) == ["events"]
    with pytest.raises(UserError, match=r"walk 0 was not measured at even steps .*irregular times are read as events"):
        open_source(path, columns=["walk:series=x,y"])


def test_one_bad_series_is_skipped_and_named(tmp_path: Path) -> None:
    table = walks()
    table["seconds"][31] = table["seconds"][30]
    source = open_source(written(tmp_path, table), columns=["walk:series=x,y"])
    assert "walk 1" not in source.names
    assert [(name, "at one time" in reason) for name, reason in source.skipped] == [("walk 1", True)]


def test_rows_without_entity_or_time_are_skipped_and_named(tmp_path: Path) -> None:
    table = visits()
    table["customer"][2] = None
    table["date"][9] = None
    source = open_source(written(tmp_path, table))
    assert [name for name, _ in source.skipped] == ["row 2", "row 9"]
    assert len(source.columns["events"].items[0][0]["time"]) == 3


def test_a_column_without_a_value_is_left_out_and_named(tmp_path: Path) -> None:
    table = walks() | {"z": [None] * 120}
    source = open_source(written(tmp_path, table), columns=["walk:series=x,z"])
    assert source.columns["walk"].items[0][0].shape == (30, 1)
    assert "walk: z left out, without a value in any row" in source.understood


@pytest.mark.parametrize("empty", [[None] * 120, [float("nan")] * 120])
def test_a_column_without_a_value_does_not_make_series_events(tmp_path: Path, empty: list[float | None]) -> None:
    source = open_source(written(tmp_path, {**walks(), "z": empty}))
    assert {slot: column.modality for slot, column in source.columns.items()} == {"series": "series"}
    assert "series: z left out, without a value in any row" in source.understood
    assert source.columns["series"].items[0][0].shape == (30, 2)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (
            ["walk:series=person"],
            r"column 'person' holds words, such as 'person 0' \(row 0\), where numbers are needed",
        ),
        (["walk:series=xx"], "has no column 'xx' .*did you mean 'x'"),
        (["walk:series=x", "entity=who"], "has no column 'who'"),
        (["walk:series=x", "photo:image=person"], "slot 'photo' is neither series nor events"),
        (
            ["walk:series=x", "time=person"],
            r"'person' holds words, such as 'person 0' \(row 0\), where times are needed",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(tmp_path: Path, columns: list[str], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        open_source(written(tmp_path, walks()), columns=columns)


def test_a_group_that_changes_within_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="group 'goods' changes within one sample"):
        open_source(written(tmp_path, visits()), group="goods")


def test_csv_reads_as_parquet_does(tmp_path: Path) -> None:
    table = visits()
    with (tmp_path / "log.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(table)
        rows.writerows(zip(*table.values(), strict=True))
    a, b = (open_source(str(tmp_path / "log.csv")), open_source(written(tmp_path, table)))
    assert a.names == b.names
    assert a.columns["events"].items[3][0]["time"].tolist() == b.columns["events"].items[3][0]["time"].tolist()


def test_lists_of_numbers_stay_a_row_a_sample(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": ["a", "b"], "sensor": [[1.0, 2.0, 4.0], [0.0, 3.0]], "label": ["p", "q"]})
    source = open_source(path)
    assert source.columns["sensor"].modality == "series"
    assert source.names == ["a", "b"]


def test_a_table_of_rows_without_times_is_not_long(tmp_path: Path) -> None:
    path = written(tmp_path, {"user_id": [1, 1, 2, 2, 3, 3], "review": [f"I liked it {i} times" for i in range(6)]})
    assert list(open_source(path).columns) == ["review"]


def test_truth_values_name_nobody(tmp_path: Path) -> None:
    days = [datetime(2024, 1, 1 + i % 9) for i in range(60)]
    rows = {"age": [20 + i % 50 for i in range(60)], "member": [i % 2 == 0 for i in range(60)], "day": days}
    source = open_source(written(tmp_path, rows))
    assert (len(source), source.columns["table"].modality) == (60, "table")
    with pytest.raises(UserError, match="no column says whose each row is"):
        open_source(written(tmp_path, rows), columns=["visit:events=age"])


def test_a_log_can_be_loaded(tmp_path: Path) -> None:
    data = load(open_source(written(tmp_path, walks()), columns=["walk:series=x,y"]))
    assert data.slots["walk"].length[:, 0].tolist() == [30] * 4
    data = load(open_source(written(tmp_path, visits())))
    assert data.slots["events"].length[:, 0].tolist() == [4, 5, 6] * 2


NANOSECONDS = [pa.timestamp("ns"), pa.timestamp("ns", "Europe/Berlin"), pa.duration("ns"), pa.time64("ns")]


def ticks(kind: pa.DataType, since: int = 0, entities: int = 4, times: int = 6) -> pa.Table:
    """Rows a second and an odd number of nanoseconds apart, in a column `when` of a kind."""
    when = [since + t * 1_000_000_000 + t + 1 for _ in range(entities) for t in range(times)]
    return pa.table({
        "user": [f"u{e}" for e in range(entities) for _ in range(times)],
        "when": pa.array(when, pa.int64()).cast(kind),
        "x": np.random.default_rng(0).normal(size=entities * times),
    })  # fmt: skip


@pytest.mark.parametrize("kind", NANOSECONDS, ids=str)
@pytest.mark.parametrize("slot", ["row:events=x", "row:series=x"])
def test_times_of_nanoseconds_are_read_to_the_microsecond(tmp_path: Path, kind: pa.DataType, slot: str) -> None:
    parquet.write_table(ticks(kind), tmp_path / "log.parquet")
    source = open_source(tmp_path / "log.parquet", columns=[slot, "entity=user", "time=when"])
    (first,) = source.columns["row"].items[1]
    if "events" in slot:
        np.testing.assert_array_equal(first["time"], range(6))
    else:
        assert first.shape == (6, 1)


@pytest.mark.parametrize("kind", NANOSECONDS[:2], ids=str)
def test_timestamps_of_nanoseconds_tell_a_log_and_may_be_the_last_there_are(tmp_path: Path, kind: pa.DataType) -> None:
    last = (2**63 - 1) // 10**9 * 10**9 - 6 * 10**9
    parquet.write_table(ticks(kind, since=last), tmp_path / "log.parquet")
    source = open_source(tmp_path / "log.parquet")
    assert list(source.columns) == ["series"]
    source = open_source(tmp_path / "log.parquet", columns=["row:events=x"])
    np.testing.assert_allclose(source.columns["row"].items[0][0]["time"] - last / 1e9, range(6), atol=1e-4)


@pytest.mark.parametrize("kind", NANOSECONDS, ids=str)
def test_fields_and_cells_of_nanoseconds_are_those_of_microseconds(tmp_path: Path, kind: pa.DataType) -> None:
    table = ticks(kind)
    whole = {"time64[ns]": pa.time64("us"), "duration[ns]": pa.duration("us")}.get(str(kind))
    plain = table["when"].cast(whole or pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
    order = pa.array([float(i) for i in range(len(table))])
    read = []
    for name, when in (("ns", table["when"]), ("us", plain)):
        log = table.set_column(1, "when", when).append_column("order", order)
        parquet.write_table(log, tmp_path / f"{name}.parquet", version="2.6")
        events = open_source(tmp_path / f"{name}.parquet", columns=["row:events=when", "entity=user", "time=order"])
        rows = load(open_source(tmp_path / f"{name}.parquet", columns=["row:table=when,x"]))
        read.append((events.columns["row"].items[1][0]["when"].tolist(), rows.slots["row"].value))
    assert read[0][0] == read[1][0]
    np.testing.assert_array_equal(read[0][1], read[1][1])


def test_whole_numbers_beyond_what_a_float_holds_are_rounded(tmp_path: Path) -> None:
    """Nanoseconds since 1970, as logs have them."""
    lines = [f"c{c},{1_700_000_000_000_000_001 + k * 10**9 + c},{k % 2}" for c in range(8) for k in range(5)]
    (tmp_path / "log.csv").write_text("customer,time,price\n" + "\n".join(lines))
    source = open_source(tmp_path / "log.csv", columns=["visits:events=price", "entity=customer", "time=time"])
    assert len(source) == 8
    (visits,) = source.columns["visits"].items[0]
    assert np.diff(visits["time"]).tolist() == pytest.approx([1e9] * 4, abs=1024)
