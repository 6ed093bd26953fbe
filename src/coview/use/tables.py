"""Tables written to files: the ending says how."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from coview.use.folders import check_file

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

ENDINGS = (".parquet", ".arrow", ".feather", ".csv")


def label_columns(labels: Mapping[str, T], taken: Collection[str]) -> dict[str, T]:
    """Labels by the columns they are written to: their own names, and `label_NAME` where a name is taken."""
    columns: dict[str, T] = {}
    for name, values in labels.items():
        column = name
        while column in taken or column in columns or (column != name and column in labels):
            column = f"label_{column}"
        columns[column] = values
    return columns


def check_table_path(path: str | Path) -> Path:
    """The path of a table to be written, before any work is done for it.

    Raises:
        UserError: its ending is none of a table's, or its folder does not exist.
    """
    return check_file(path, ENDINGS)


def write_table(table: pa.Table, path: str | Path) -> Path:
    """Writes a table as `.parquet`, `.arrow` or `.feather`, or `.csv`, where lists of numbers become words apart by
    spaces.

    Raises:
        UserError: as `check_table_path`.
    """
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet

    path = check_table_path(path)
    match path.suffix.lower():
        case ".parquet":
            pyarrow.parquet.write_table(table, path)
        case ".csv":
            pyarrow.csv.write_csv(_flat(table), path)
        case _:
            pyarrow.feather.write_feather(table, str(path))
    return path


def _flat(table: pa.Table) -> pa.Table:
    """The table without lists, which CSV does not have."""
    import pyarrow.types as types

    for at, field in enumerate(table.schema):
        if types.is_list(field.type) or types.is_fixed_size_list(field.type):
            words = [None if v is None else " ".join(f"{x:.7g}" for x in v) for v in table.column(at).to_pylist()]
            table = table.set_column(at, field.name, [words])
    return table
