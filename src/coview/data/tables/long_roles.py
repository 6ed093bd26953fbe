"""Which tables are in long form, and which of their columns says whose a row is and when it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.types as types

from coview.data.kinds import some
from coview.data.mapping import Wanted, missing
from coview.data.tables.infer_columns import distinct, first_values, infer, is_entity, is_list, is_text
from coview.data.tables.strays import TIMES
from coview.data.tables.table_rows import Reading
from coview.errors import UserError

LONG = ("series", "events")
"""Modalities whose samples are many rows."""

ROLES = ("entity", "time")
"""What columns may be beside slots."""

_TIME = re.compile(r"^(time|timestamp|datetime|date|day|t|ts|seconds|event_time|event_date|created_at|time_stamp)$")
_NO_NAMES = (types.is_floating, types.is_nested, types.is_boolean)
"""Kinds of values that name nobody."""
_AT_LEAST = 3
"""Rows of an entity on average before a table is taken to be in long form without being told."""


@dataclass(frozen=True)
class Roles:
    """Which columns say whose a row is and when it was; the second may be None."""

    entity: str
    time: str | None

    def told(self) -> list[Wanted]:
        """As the user names them."""
        named = {"entity": self.entity, "time": self.time}
        return [Wanted(role, None, (name,)) for role, name in named.items() if name is not None]


def is_long(reading: Reading, columns: list[Wanted] | None) -> bool:
    """Whether the table is in long form: by the modalities named, or by what its columns look like."""
    if columns is None:
        return _guess(reading) is not None
    return any(w.modality in LONG and _scalar(reading.table, w.columns) for w in columns)


def _scalar(table: pa.Table, names: Sequence[str]) -> bool:
    """Whether cells are single values: lists of numbers are whole samples, and so are paths of array files."""
    there = [table[name] for name in names if name in table.column_names]
    return all(not is_list(column.type) and not _paths(column) for column in there)


def _paths(column: pa.ChunkedArray) -> bool:
    if not types.is_string(column.type) and not types.is_large_string(column.type):
        return False
    first = column.slice(0, 100).drop_null().to_pylist()
    return bool(first) and all(value.lower().endswith(".npy") for value in first)


def _guess(reading: Reading) -> Roles | None:
    """The roles that names and types say, where entities are met often and nothing is a slot of its own."""
    table = reading.table
    time = guess_time(table)
    if time is None:
        return None
    entity = guess_entity(reading, time)
    if entity is None or len(table) < _AT_LEAST * distinct(table[entity]):
        return None
    for name in table.column_names:
        kind = infer(name, table[name], reading.folder)
        if is_list(table[name].type) or (kind is not None and (kind.modality != "text" or kind.what != "text")):
            return None
    return Roles(entity, time)


def guess_entity(reading: Reading, time: str | None) -> str | None:
    """The first column that names entities met twice or more on average, by its name; `time` is another."""
    for name in reading.table.column_names:
        kind = reading.table[name].type
        if name == time or not is_entity(name) or any(is_no_name(kind) for is_no_name in _NO_NAMES):
            continue
        if 2 * distinct(reading.table[name]) <= len(reading.table):
            return name
    return None


def _one_entity(reading: Reading) -> str:
    """The name of a new column that says that all rows are of one entity, called as the table."""
    name = next(n for n in ("entity", "whole", "whole table") if n not in reading.table.column_names)
    everyone = pa.repeat(Path(reading.name).stem, len(reading.table))
    reading.table = reading.table.append_column(name, everyone)
    return name


def guess_time(table: pa.Table) -> str | None:
    """The first column that says when, by its type or name."""
    return next((name for name in table.column_names if _is_time(name, table[name])), None)


def _is_time(name: str, column: pa.ChunkedArray) -> bool:
    kind = column.type
    if types.is_timestamp(kind) or types.is_date(kind):
        return True
    if _TIME.match(name.lower()) is None:
        return False
    words = is_text(kind) and bool(values := first_values(column)) and all(TIMES.parse(word) for word in values)
    return words or types.is_integer(kind) or types.is_floating(kind)


def find_roles(reading: Reading, told: list[Wanted]) -> Roles:
    """Entity and time as the user named them, else as they look.

    Raises:
        UserError: no column tells entities, or something else was asked of the table.
    """
    said: dict[str, str] = {}
    for wanted in told:
        if wanted.slot not in ROLES or wanted.modality is not None or len(wanted.columns) > 1:
            raise UserError(
                f"{reading.name} is read in long form, one sample for many rows, and slot {wanted.slot!r} is neither "
                "series nor events; put it into a table with one row a sample"
            )
        if wanted.columns[0] not in reading.table.column_names:
            raise missing(reading.name, wanted.columns[0], f"the {wanted.slot}", "column", reading.table.column_names)
        said[wanted.slot] = wanted.columns[0]
    time = said.get("time") or guess_time(reading.table)
    entity = said.get("entity") or guess_entity(reading, time) or (_one_entity(reading) if reading.known else None)
    if entity is None:
        raise UserError(
            f"{reading.name}: no column says whose each row is; name it, as in entity=COLUMN "
            f"(there are {some(reading.table.column_names, 20)}), or, where each row is a series, name its first and "
            "last column: slot:series=FIRST..LAST"
        )
    return Roles(entity, time)
