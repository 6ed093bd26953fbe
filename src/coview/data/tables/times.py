"""Times of nanoseconds in microseconds: what lies below matters to no sample, and Python has no type for it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as types


def in_microseconds(table: pa.Table) -> pa.Table:
    """A table with its times as `microseconds` has them."""
    for at, name in enumerate(table.column_names):
        held = table.column(at)
        column = microseconds(held)
        if column is not held:
            table = table.set_column(at, name, column)
    return table


def microseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times, dates with times and durations of nanoseconds in microseconds, truncated; any other column as it is."""
    kind = column.type
    unit = next((unit for is_one, unit in _UNITS if is_one(kind)), None)
    if unit is None or kind.unit != "ns":
        return column
    return column.cast(unit(kind), safe=False)


_UNITS = (
    (types.is_timestamp, lambda kind: pa.timestamp("us", kind.tz)),
    (types.is_duration, lambda _: pa.duration("us")),
    (types.is_time64, lambda _: pa.time64("us")),
)
