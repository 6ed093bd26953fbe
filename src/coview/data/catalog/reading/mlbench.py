"""The data frames of mlbench: a table whose last or first column is the class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = Package(
    "apt", "r-cran-mlbench", "2.1-3-1",
    "2f1127f7b5e7d08703b13b52ef1976a0c355a7660d6ac575e29b87b13921bc06", 1_049_188,
    "GPL-2", "UCI Machine Learning Repository, in mlbench by Leisch and Dimitriadou (GPL-2)",
)  # fmt: skip

_MADE = "frame-1"


def frame(stock: Stock, name: str) -> pa.Table:
    """A data frame of the package, kept as parquet."""
    import pyarrow.parquet as parquet

    return parquet.read_table(stock.made(_MADE, lambda into: _convert(stock, name, into)) / "frame.parquet")


def preparing(name: str) -> Callable[[Stock, Callable[[str], None]], None]:
    """What a data set does after fetching: the frame as parquet."""

    def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
        def make(into: Path) -> None:
            progress(f"reading {name}")
            _convert(stock, name, into)

        stock.made(_MADE, make)

    return prepare


def _convert(stock: Stock, name: str, into: Path) -> None:
    import pyarrow.parquet as parquet

    from coview.data.catalog.reading.rda import read_rda

    path = stock.folder(PACKAGE) / "usr/lib/R/site-library/mlbench/data" / f"{name}.rda"
    parquet.write_table(read_rda(path, name), into / "frame.parquet")
