"""MovieLens 100K as the wheel recbole ships it: ratings, films and people as tables of words.

Downloaded once for every data set that reads it under that set's own name; what they share is this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import pyarrow as pa

RECBOLE = Package(
    "pip", "recbole", "1.2.1",
    "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407", 2_130_151,
    "MIT", "MovieLens 100K by GroupLens (Harper and Konstan 2015) in RecBole; research use",
)  # fmt: skip

DATA_LICENCE = {"ml-100k": "GroupLens: research use, no commercial use without permission, no redistribution"}


def ratings(stock: Stock) -> pa.Table:
    """100,000 rows: `user_id`, `item_id` (words), `rating` 1 to 5, `timestamp` in seconds."""
    return _table(stock, "inter")


def films(stock: Stock) -> pa.Table:
    """1,682 rows: `item_id`, `movie_title`, `release_year`, `class` (genres, apart by spaces)."""
    return _table(stock, "item")


def people(stock: Stock) -> pa.Table:
    """943 rows: `user_id`, `age`, `gender`, `occupation`, `zip_code`."""
    return _table(stock, "user")


def age_group(years: int) -> str:
    """One of four that hold about as many people each."""
    return "under 25" if years < 25 else "25 to 34" if years < 35 else "35 to 49" if years < 50 else "50 and over"


def _table(stock: Stock, kind: str) -> pa.Table:
    """A file of RecBole's: tabs between fields, a head of `name:type`, where all but `float` are words."""
    import pyarrow as pa
    from pyarrow import csv

    path = stock.folder(RECBOLE) / f"recbole/dataset_example/ml-100k/ml-100k.{kind}"
    with path.open(encoding="utf-8") as file:
        head = [field.split(":") for field in file.readline().rstrip("\n").split("\t")]
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=[name for name, _ in head], skip_rows=1),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.float64() if kind == "float" else pa.string() for name, kind in head}
        ),
    )
