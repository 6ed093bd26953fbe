"""A data frame as a source: some columns are labels, the others one row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coview.data.catalog.reading.split import split_by_hash

if TYPE_CHECKING:
    import pyarrow as pa

    from coview.data.source import Source


def frame_source(name: str, frame: pa.Table, labels: Mapping[str, str]) -> Source:
    """Rows named by their number, split by a hash of it (70 % train, 10 % valid, 20 % test).

    Args:
        name: of the data set.
        frame: its rows.
        labels: column -> what the label is called; the others are the slot `table`.
    """
    from coview.data.records import Records
    from coview.data.source import Column, Source
    from coview.data.table_rows import label_values

    names = [f"{name}-{i:05d}" for i in range(frame.num_rows)]
    kept = [column for column in frame.column_names if column not in labels]
    return Source(
        name,
        {"table": Column("table", Records(frame, kept))},
        names=names,
        labels={said: label_values(frame[column]) for column, said in labels.items()},
        split=split_by_hash(names),
    )
