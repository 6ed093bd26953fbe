"""Data frames in memory: pandas, polars, Arrow."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from coview.errors import UserError


def as_arrow(data: Any) -> pa.Table | None:
    """A frame as an Arrow table, or None where it is no frame. An index of pandas that has a name is a column.

    Raises:
        UserError: two columns have one name.
    """
    if isinstance(data, pa.Table):
        return data
    kind = type(data)
    if kind.__name__ != "DataFrame":
        return None
    if kind.__module__.startswith("pandas"):
        twice = [str(name) for name in data.columns[data.columns.duplicated()]]
        if twice:
            raise UserError(f"the frame has two columns called {twice[0]!r}; give each a name of its own")
        named = any(name is not None for name in data.index.names)
        return pa.Table.from_pandas(data, preserve_index=named).replace_schema_metadata(None)
    return data.to_arrow() if hasattr(data, "to_arrow") else None
