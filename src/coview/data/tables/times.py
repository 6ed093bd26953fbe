"""Types that everything else understands: times of nanoseconds in microseconds, decimals as numbers.

What lies below a microsecond matters to no sample, and Python has no type for it.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as types


def plain_types(table: pa.Table) -> pa.Table:
    """A table with its times as `microseconds` and its decimals as `numbers` has them."""
    for at, name in enumerate(table.column_names):
        held = table.column(at)
        column = numbers(microseconds(held))
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


def numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals, in lists and dictionaries too, as float64; as int64 where they have no places and fit.

    Databases write whole numbers, ids among them, as decimals without places. Any other column is as it is.
    """
    kind = column.type
    inner = kind
    while types.is_dictionary(inner) or types.is_nested(inner):
        if types.is_struct(inner) or types.is_union(inner) or types.is_map(inner):
            return column
        inner = inner.value_type
    if not types.is_decimal(inner):
        return column
    if types.is_dictionary(kind):
        return numbers(column.cast(inner))
    if inner is kind and kind.scale == 0:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:  # beyond 2 ** 63
            pass
    return column.cast(_of(pa.string(), kind)).cast(_of(pa.float64(), kind))  # by way of text: rounded as text is


def _of(leaf: pa.DataType, kind: pa.DataType) -> pa.DataType:
    """The type with another in place of decimals, in lists or not."""
    if types.is_decimal(kind):
        return leaf
    inner = _of(leaf, kind.value_type)
    if types.is_fixed_size_list(kind):
        return pa.list_(inner, kind.list_size)
    return pa.large_list(inner) if types.is_large_list(kind) else pa.list_(inner)


_UNITS = (
    (types.is_timestamp, lambda kind: pa.timestamp("us", kind.tz)),
    (types.is_duration, lambda _: pa.duration("us")),
    (types.is_time64, lambda _: pa.time64("us")),
)
