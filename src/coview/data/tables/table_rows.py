"""What a table says of its rows beside the slots: names, split, groups, labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.kinds import split_parts
from coview.data.mapping import missing
from coview.data.tables.cells import floats
from coview.data.tables.infer_columns import distinct, is_label
from coview.errors import UserError

_ID_NAMES = ("id", "__key__")
_SPLIT_NAMES = ("split", "subset", "partition")


@dataclass
class Reading:
    """A table on its way to a source.

    Args:
        name: for people.
        table: as read.
        folder: what paths are relative to.
        labels: columns that are labels by the user's word.
        group: the column kept together in splits.
        split: the part of each row where the files say it.
        skipped, understood, noted: as in `Source`.
        strays: by column, row -> the word there that is none of the numbers or times that the column holds.
        known: whether slots are those of a run, whose columns are read whatever is in them.
    """

    name: str
    table: pa.Table
    folder: Path
    labels: list[str] = field(default_factory=list)
    group: str | None = None
    split: list[str] | None = None
    skipped: list[tuple[str, str]] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    strays: dict[str, dict[int, str]] = field(default_factory=dict)
    known: bool = False

    def put(self, name: str, column: pa.ChunkedArray) -> None:
        """Another column in the place of one."""
        self.table = self.table.set_column(self.table.column_names.index(name), name, column)

    def refuse_label(self, name: str, slot: str) -> None:
        """Raises UserError where a slot would read a column that is a label by the user's word."""
        if name in self.labels:
            raise UserError(
                f"{self.name}: {name!r} is a label, and slot {slot!r} would read it, so that scores on it would tell "
                "nothing: leave it out of --columns or of --label"
            )

    @property
    def special(self) -> set[str]:
        """Columns that are not slots unless the user says so."""
        return {*self.labels} | {name for name in (self.group, self.id_column, self.split_column) if name}

    @cached_property
    def id_column(self) -> str | None:
        """The column that names the samples."""
        return next((name for name in self.table.column_names if name.lower() in _ID_NAMES), None)

    @cached_property
    def split_column(self) -> str | None:
        """The column that says which part a row is of."""
        for name in self.table.column_names:
            if name.lower() in _SPLIT_NAMES and _split_of(self.table[name]) is not None:
                return name
        return None

    def check_named(self) -> None:
        """Raises UserError where a label or group column is not there."""
        for what, names in {"label": self.labels, "group": [self.group] if self.group else []}.items():
            for name in names:
                if name not in self.table.column_names:
                    raise missing(self.name, name, f"the {what}", "column", self.table.column_names)


def row_names(reading: Reading, paths: list[str]) -> tuple[list[str], list[int]]:
    """A name for each of N rows, and the rows whose name was not met before.

    Args:
        reading: of the table; repeated names are noted among its skipped rows.
        paths: columns of paths, one of which names the rows where no column is called so.

    Raises:
        UserError: the column of names has fewer values than half of the rows.
    """
    table = reading.table
    ids = reading.id_column
    if ids is None:
        for name in paths:
            if table[name].null_count == 0 and distinct(table[name]) == len(table):
                return [str(value) for value in table[name].to_pylist()], list(range(len(table)))
        return [f"row {i}" for i in range(len(table))], list(range(len(table)))
    names = [f"row {i}" if value is None else str(value) for i, value in enumerate(table[ids].to_pylist())]
    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if first.setdefault(name, i) != i:
            reading.skipped.append((f"row {i}", f"{ids} {name!r} is that of row {first[name]}"))
    if 2 * len(first) < len(names):
        often = Counter(names).most_common(1)[0]
        raise UserError(
            f"{reading.name}: column {ids!r} does not tell samples apart ({len(first):,} values in {len(names):,} "
            f"rows, {often[0]!r} {often[1]:,} times); give it another name, or keep one row of each"
        )
    return names, sorted(first.values())


def _split_of(column: pa.ChunkedArray) -> list[str] | None:
    if not types.is_string(column.type) and not types.is_large_string(column.type):
        return None
    return None if column.null_count else split_parts(column.to_pylist())


def row_split(reading: Reading) -> list[str] | None:
    """The part of each row where a column says it."""
    name = reading.split_column
    if name is None:
        return None
    reading.understood.append(f"column {name} is the split")
    return _split_of(reading.table[name])


def row_groups(reading: Reading, names: list[str]) -> list[str] | None:
    """The group of each row by the column named; rows without one are alone."""
    if reading.group is None:
        return None
    values = reading.table[reading.group].to_pylist()
    reading.understood.append(f"rows of one {reading.group} are kept together in splits")
    return [f"alone: {name}" if value is None else str(value) for name, value in zip(names, values, strict=True)]


def row_labels(reading: Reading, used: set[str]) -> dict[str, np.ndarray]:
    """The label columns named, or else those that look like labels and are not `used` as slots."""
    labels: dict[str, np.ndarray] = {}
    told = reading.labels or [
        name
        for name in reading.table.column_names
        if name not in used | (reading.special - {reading.group}) and is_label(name, reading.table[name])
    ]
    for name in told:
        labels[name] = label_values(reading.table[name])
    return labels


def label_values(column: pa.ChunkedArray) -> np.ndarray:
    """A column as labels: int64 where whole and known, float64 where numbers, else words (None where unknown)."""
    kind = column.type
    if types.is_boolean(kind):
        column = column.cast(pa.int64())
        kind = column.type
    if types.is_integer(kind) and column.null_count == 0:
        return column.to_numpy().astype(np.int64)
    if types.is_integer(kind) or types.is_floating(kind):
        return floats(column)
    values = [None if value is None else str(value) for value in column.to_pylist()]
    return np.array(values, dtype=object)
