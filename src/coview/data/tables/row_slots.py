"""Which columns of a table are one row of the table modality.

- Said by the user: `--columns applicant:table=age,income,home` joins three columns in one slot; `table=*` takes every
  column of numbers, dates, truth values and recurring words that is nothing else.
- Not said: a table that has no files, no lists and no sentences, but at least two such columns, is one slot `table` of
  them. Its labels are the columns named by `--label` or called `label`, `class`, `target` and the like.
- Rows carry every column, so that new data is read by the columns that the run was trained with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.types as types
from pyarrow import compute

from coview.data.kinds import some
from coview.data.mapping import Wanted, missing
from coview.data.source import Column
from coview.data.tables.infer_columns import (
    LABEL_NAMES,
    MOST_KINDS,
    distinct,
    first_values,
    infer,
    is_label,
    is_text,
    plain_type,
)
from coview.data.tables.records import Records
from coview.data.tables.table_rows import Reading
from coview.data.tables.wide_series import family
from coview.errors import UserError

EVERY = "*"


@dataclass
class Features:
    """The columns of a table sorted by what they can be.

    Args:
        kept: numbers, dates, truth values and words that recur.
        left: columns that say nothing or cannot be read, with the reason.
        names: words of which nearly every one differs.
        others: columns of files, lists or sentences: slots of other modalities.
    """

    kept: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def row_slots(reading: Reading, columns: list[Wanted] | None) -> dict[str, list[str]]:
    """Slot -> its columns, of the slots of rows that the user named, or of the one that the table is.

    Raises:
        UserError: a column named is not there, or none is left.
    """
    if columns is None:
        found = features(reading, [c for c in reading.table.column_names if not _called_label(reading, c)])
        if found.others or len(found.kept) < 2 or len(found.names) > len(found.kept):
            return {}
        _tell(reading, "table", found)
        return {"table": found.kept}
    slots: dict[str, list[str]] = {}
    used = {name for wanted in columns for name in wanted.columns}
    for wanted in columns:
        if wanted.modality != "table":
            continue
        if tuple(wanted.columns) == (EVERY,):
            free = [c for c in reading.table.column_names if c not in used and not _called_label(reading, c)]
            found = features(reading, free)
            if not found.kept:
                raise UserError(f"{reading.name}: no column is left for slot {wanted.slot!r}; name its columns")
            _tell(reading, wanted.slot, found)
            slots[wanted.slot] = found.kept
            continue
        for name in wanted.columns:
            if name not in reading.table.column_names:
                raise missing(reading.name, name, f"slot {wanted.slot!r}", "column", reading.table.column_names)
            reading.refuse_label(name, wanted.slot)
            if not _is_cell(reading.table[name].type):
                raise UserError(
                    f"{reading.name}: column {name!r} ({reading.table[name].type}) is no cell of slot {wanted.slot!r}; "
                    "numbers, words, dates and truth values are"
                )
        reading.understood.append(f"{wanted.slot} is one row of {_by_kind(reading, wanted.columns)}")
        slots[wanted.slot] = list(wanted.columns)
    return slots


def row_column(reading: Reading, names: Sequence[str]) -> Column:
    """The rows of a slot: every cell there is, and which columns a modality is fitted to."""
    table = reading.table
    cells = [name for name in table.column_names if _is_cell(table[name].type)]
    return Column("table", Records(table, cells, names), options={"columns": list(names)})


def features(reading: Reading, names: Sequence[str]) -> Features:
    """Sorts columns; those that mean something else already (id, split, group, labels) are left alone."""
    found = Features()
    for name in names:
        if name in reading.special:
            continue
        column = reading.table[name]
        if not _is_cell(column.type):
            kind = infer(name, column, reading.folder)
            found.others += [name] if kind else []
            found.left |= {} if kind else {name: f"{column.type} is no cell"}
        elif column.null_count == len(column):
            found.left[name] = "always missing"
        elif column.null_count == 0 and distinct(column) == 1:
            found.left[name] = "always the same"
        elif _is_count(column):
            found.left[name] = "the number of the row"
        elif not _is_words(column.type):
            found.kept.append(name)
        else:
            _sort_words(reading, name, found)
    return found


def _sort_words(reading: Reading, name: str, found: Features) -> None:
    column = reading.table[name]
    kind = infer(name, column, reading.folder)
    values = [str(value) for value in first_values(column)]
    if kind is not None and kind.modality != "text":
        found.others.append(name)
    elif 2 * distinct(column) <= len(column) - column.null_count and distinct(column) <= MOST_KINDS:
        found.kept.append(name)
    elif sum(len(value.split()) for value in values) > 3 * len(values):
        found.others.append(name)
    else:
        found.names.append(name)
        found.left[name] = "nearly every word differs"


def _tell(reading: Reading, slot: str, found: Features) -> None:
    reading.understood.append(
        f"{slot} is one row of {_by_kind(reading, found.kept)}; other slots: --columns slot:modality=column"
    )
    series = family([name for name in found.kept if _kind(reading, name) == "numbers"])
    if series:
        first, last = series
        reading.understood.append(f"{first} to {last} are one course in time? then --columns series={first}..{last}")
    if found.left:
        why = ", ".join(f"{name} ({reason})" for name, reason in list(found.left.items())[:5])
        more = f" and {len(found.left) - 5} more" if len(found.left) > 5 else ""
        reading.understood.append(f"no part of {slot}: {why}{more}")


def _by_kind(reading: Reading, names: Sequence[str]) -> str:
    """Which columns are numbers, which words and which dates."""
    kinds = {kind: [name for name in names if _kind(reading, name) == kind] for kind in ("numbers", "words", "dates")}
    return "; ".join(f"{kind} {some(those, 10)}" for kind, those in kinds.items() if those)


def _kind(reading: Reading, name: str) -> str:
    kind = reading.table[name].type
    if types.is_boolean(kind) or _is_words(kind):
        return "words"
    return "dates" if types.is_temporal(kind) else "numbers"


def _called_label(reading: Reading, name: str) -> bool:
    """Whether a column is a label by its name; by the user's word where there is one."""
    if reading.labels:
        return name in reading.labels
    return name.lower() in LABEL_NAMES and is_label(name, reading.table[name])


def _is_cell(kind: pa.DataType) -> bool:
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_null(kind)
    return number or types.is_boolean(kind) or types.is_temporal(kind) or _is_words(kind)


def _is_words(kind: pa.DataType) -> bool:
    return is_text(plain_type(kind))


def _is_count(column: pa.ChunkedArray) -> bool:
    """Whether whole numbers rise by one from row to row: a row's number, that says nothing of it."""
    if not types.is_integer(column.type) or column.null_count or len(column) < 3:
        return False
    values: Any = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks)
    steps = compute.call_function("subtract", [values.slice(1), values.slice(0, len(values) - 1)])
    return steps.unique().to_pylist() == [1]
