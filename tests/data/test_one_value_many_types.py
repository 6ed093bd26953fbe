"""The same values in files of several types, and in memory, are the same samples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch

from coview.data.arrays import from_arrays
from coview.data.open import open_source
from coview.data.prepared.prepare import load

N = 40
RNG = np.random.default_rng(0)
DAYS = [str(date(2024, 1, 1) + timedelta(days=int(i))) for i in RNG.integers(0, 300, N)]
SALES: dict[str, Any] = {
    "day": DAYS,
    "price": RNG.integers(1, 900, N) / 4,
    "paid": RNG.random(N) < 0.5,
    "shop": RNG.choice(["north", "south"], N),
}


def decimals(values: Any, places: int) -> pa.Array:
    return pa.array([Decimal(f"{value:.{places}f}") for value in values])


def test_decimals_of_a_file_are_numbers_of_rows_and_whole_ones_name_samples(tmp_path: Path) -> None:
    plain = {"id": np.arange(N), "shop": SALES["shop"], "price": SALES["price"], "y": RNG.normal(size=N).round(2)}
    exact = plain | {"id": decimals(plain["id"], 0), "price": decimals(SALES["price"], 2), "y": decimals(plain["y"], 2)}
    read = []
    for name, columns in (("plain", plain), ("exact", exact)):
        parquet.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        source = open_source(tmp_path / f"{name}.parquet", label="y")
        read.append((source.names, source.labels["y"].tolist(), load(source).slots["table"].value))
    assert read[0][:2] == read[1][:2]
    assert torch.equal(read[0][2], read[1][2])


@pytest.mark.parametrize("slot", ["sales:events=price", "sales:series=price"])
def test_decimals_of_a_log_are_measurements(tmp_path: Path, slot: str) -> None:
    log = pa.table(
        {
            "customer": decimals(np.arange(N) % 4, 0),
            "time": decimals(np.arange(N) // 4, 1),
            "price": decimals(SALES["price"], 2),
        }
    )
    parquet.write_table(log, tmp_path / "log.parquet")
    source = open_source(tmp_path / "log.parquet", columns=[slot, "entity=customer", "time=time"])
    (first,) = source.columns["sales"].items[0]
    assert first is not None
    if "events" in slot:
        np.testing.assert_array_equal(first["time"], np.arange(10.0))
        first = first["price"][:, None]
    np.testing.assert_array_equal(first[:, 0], SALES["price"][::4])


def test_lists_of_decimals_are_series(tmp_path: Path) -> None:
    walks = [[Decimal(f"{x:.2f}") for x in row] for row in RNG.normal(size=(N, 8))]
    parquet.write_table(pa.table({"walk": walks}), tmp_path / "walks.parquet")
    source = open_source(tmp_path / "walks.parquet", columns=["walk:series=walk"])
    (walk,) = source.columns["walk"].items[3]
    assert walk is not None
    np.testing.assert_allclose(walk, np.array(walks[3], np.float64), rtol=1e-6)


@pytest.mark.parametrize("kind", ["parquet", "frame", "rows"])
def test_a_run_on_a_csv_reads_its_own_rows_given_otherwise(tmp_path: Path, kind: str) -> None:
    """A CSV's days are dates and its truth values truth values; elsewhere both may be text."""
    lines = [",".join(SALES), *(",".join(map(str, row)) for row in zip(*SALES.values(), strict=True))]
    (tmp_path / "sales.csv").write_text("\n".join(lines))
    run = load(open_source(tmp_path / "sales.csv", columns=["sales:table=day,price,paid,shop"]))
    text = SALES | {"paid": [str(x) for x in SALES["paid"]], "shop": SALES["shop"].tolist()}
    if kind == "parquet":
        parquet.write_table(pa.table(text), tmp_path / "sales.parquet")
        source = open_source(tmp_path / "sales.parquet", columns=["sales:table=day,price,paid,shop"])
    elif kind == "frame":
        source = open_source(pd.DataFrame(text), columns=["sales:table=day,price,paid,shop"])
    else:
        source = from_arrays({"sales:table": [dict(zip(text, row, strict=True)) for row in zip(*text.values())]})
    again = load(source, modalities=run.modalities)
    assert not again.skipped
    assert not again.noted
    assert torch.equal(again.slots["sales"].value, run.slots["sales"].value)


def test_words_without_a_code_are_counted_by_column() -> None:
    rows = [{"city": c, "n": float(i)} for i, c in enumerate(["Bern", "Basel"] * 8)]
    run = load(from_arrays({"t:table": rows}), adapt_rows=range(16))
    new = [{"city": c, "n": 1.0} for c in ("Bern", "Chur", "Genf", None)]
    data = load(from_arrays({"t:table": new}), modalities=run.modalities)
    assert data.noted == ["t: 2 of 4 with a word in city that has no code of its own"]
