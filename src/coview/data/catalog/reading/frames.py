"""A data frame as a source: some columns are labels, the others one row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coview.data.catalog.reading.split import split_by_hash

if TYPE_CHECKING:
    import pyarrow as pa

    from coview.data.source import Source


def frame_source(name: str, frame: pa.Table, labels: Mapping[str, str], *, train: int | None = None) -> Source:
    """Rows named by their number.

    Args:
        name: of the data set.
        frame: its rows.
        labels: column -> what the label is called; the others are the slot `table`.
        train: how many rows train and the rest test, where the data set is known by such a split; default by a hash
            of the row's name, 70 % train, 10 % valid, 20 % test.
    """
    from coview.data.source import Column, Source
    from coview.data.tables.records import Records
    from coview.data.tables.table_rows import label_values

    names = [f"{name}-{i:05d}" for i in range(frame.num_rows)]
    kept = [column for column in frame.column_names if column not in labels]
    split = split_by_hash(names) if train is None else ["train" if i < train else "test" for i in range(len(names))]
    return Source(
        name,
        {"table": Column("table", Records(frame, kept))},
        names=names,
        labels={said: label_values(frame[column]) for column, said in labels.items()},
        split=split,
    )
