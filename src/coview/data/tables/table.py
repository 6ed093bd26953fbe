"""A table as samples: columns of paths, bytes, text or numbers are slots, the others labels, groups and names.

- Paths are relative to the table's folder.
- Said by the user (`photo:image=front,back`), several columns of one slot are its natural views. Else columns are
  inferred by type, values and name; lists of texts, paths or bytes are natural views, and so are numbered columns
  (`caption_1`, `caption_2`).
- `id` names the samples (a second row of one id is skipped and named); else the first column of paths, where its
  values differ; else the row's number.
- `split` (train, valid, test) is the data set's own split.
- What is no slot and has few kinds is a label.
- A table in long form, many rows a sample, is read as `long_table` says.
- A table of numbers and recurring words is one slot of rows, as `row_slots` says; rows that are series are named, as
  `wide_series` says.
- A few words among numbers or times are missing cells, as `strays` says; times are read to the microsecond.

Encoded bytes in parquet are read into memory, in JSON and CSV everything; what is larger belongs into Arrow or Feather
files (mapped, not read), WebDataset shards or a folder.
"""

from __future__ import annotations

from pathlib import Path

from pyarrow import compute

from coview.data.kinds import count, some
from coview.data.mapping import Wanted, as_told, missing
from coview.data.source import Column, Source
from coview.data.tables.cells import Rows
from coview.data.tables.infer_columns import (
    Kind,
    as_modality,
    distinct,
    first_values,
    infer,
    is_entity,
    is_label,
    is_web,
    numbered,
)
from coview.data.tables.long_roles import is_long
from coview.data.tables.long_table import from_long_table
from coview.data.tables.row_slots import features, row_column, row_slots
from coview.data.tables.strays import settle
from coview.data.tables.table_rows import Reading, row_groups, row_labels, row_names, row_split
from coview.data.tables.times import plain_types
from coview.data.tables.wide_series import wide_series
from coview.errors import UserError


def from_table(reading: Reading, columns: list[Wanted] | None = None) -> Source:
    """The samples of a table (see the module's rules).

    Raises:
        UserError: a column named is not there, no column is a slot, or ids repeat throughout.
    """
    reading.check_named()
    reading.table = plain_types(reading.table)
    settle(reading, columns)
    wide = wide_series(reading, columns)
    rest = columns and [w for w in columns if w.slot not in wide]
    if is_long(reading, rest):
        return from_long_table(reading, columns)
    rows = row_slots(reading, rest)
    others = [w for w in columns or [] if w.slot not in rows and w.slot not in wide]
    slots = _wanted(reading, others) if columns else {} if rows else _inferred(reading)
    if not slots and not rows and not wide:
        raise UserError(_no_slot(reading))
    used = {name for names, _ in [*slots.values(), *wide.values()] for name in names}
    used |= {name for names in rows.values() for name in names}
    built = {slot: column for slot, (_, column) in wide.items()}
    built |= {slot: _column(reading, names, kind) for slot, (names, kind) in slots.items()}
    built |= {slot: row_column(reading, names) for slot, names in rows.items()}
    built = {w.slot: built[w.slot] for w in columns} if columns else built
    for slot, (names, kind) in slots.items():
        reading.understood.append(f"{slot} is read from {kind.what} of {', '.join(names)}")
    paths = [names[0] for names, kind in slots.values() if kind.what == "paths"]
    names, keep = row_names(reading, paths)
    told = {slot: said for slot, (said, _) in slots.items()} | rows
    told |= {w.slot: list(w.columns) for w in columns or [] if w.slot in wide}
    source = Source(
        reading.name,
        built,
        names,
        labels=row_labels(reading, used),
        groups=row_groups(reading, names),
        grouped_by=reading.group,
        split=reading.split or row_split(reading),
        skipped=reading.skipped,
        understood=reading.understood,
        noted=reading.noted,
        read_from=as_told(Wanted(slot, column.modality, told[slot]) for slot, column in built.items()),
    )
    return source if len(keep) == len(names) else source.rows(keep)


def _wanted(reading: Reading, columns: list[Wanted]) -> dict[str, tuple[list[str], Kind]]:
    slots: dict[str, tuple[list[str], Kind]] = {}
    for wanted in columns:
        kinds: list[Kind] = []
        for name in wanted.columns:
            if name not in reading.table.column_names:
                raise missing(reading.name, name, f"slot {wanted.slot!r}", "column", reading.table.column_names)
            column = reading.table[name]
            guess = infer(name, column, reading.folder)
            modality = wanted.modality or (guess.modality if guess else None)
            if modality is None:
                raise UserError(
                    f"{reading.name}: column {name!r} ({column.type}) says no modality; "
                    f"name it, as in {wanted.slot}:image={name}"
                )
            kind = as_modality(name, column, reading.folder, modality)
            if kind.what == "paths" and is_web(first_values(column)):
                raise UserError(f"{reading.name}: column {name!r} holds web addresses; fetch the files first")
            kinds.append(kind)
        if len({(k.modality, k.what, k.listed) for k in kinds}) > 1:
            told = ", ".join(f"{n} is {k.modality} ({k.what})" for n, k in zip(wanted.columns, kinds, strict=True))
            raise UserError(f"the natural views of slot {wanted.slot!r} are of one kind, and {told}")
        if kinds[0].listed and len(kinds) > 1:
            raise UserError(f"slot {wanted.slot!r}: a column of lists holds all natural views; name one column")
        slots[wanted.slot] = list(wanted.columns), kinds[0]
    return slots


def _inferred(reading: Reading) -> dict[str, tuple[list[str], Kind]]:
    kinds: dict[str, Kind] = {}
    unread: list[str] = []
    names = _names(reading)
    for name in reading.table.column_names:
        column = reading.table[name]
        if name in reading.special or name in names or is_label(name, column):
            continue
        kind = infer(name, column, reading.folder)
        if kind is None:
            unread.append(name)
        elif kind.what == "text" and len(column) > 1 and column.null_count == 0 and distinct(column) == 1:
            unread.append(f"{name} (always the same)")
        else:
            kinds[name] = kind
    if names:
        reading.understood.append(f"not read: {_as_text(names)}")
    if unread:
        reading.understood.append(f"not read: {some(unread)}; {_advice(reading)}")
    slots: dict[str, tuple[list[str], Kind]] = {}
    for stem, names in numbered(list(kinds)).items():
        alike = len({(kinds[n].modality, kinds[n].what) for n in names}) == 1 and not kinds[names[0]].listed
        if len(names) > 1 and alike:
            slots[stem] = names, kinds[names[0]]
        else:
            slots |= {name: ([name], kinds[name]) for name in names}
    return slots


def _names(reading: Reading) -> list[str]:
    """The columns of words that say, by their name, whose a row is: no text to learn from."""
    found: list[str] = []
    for name in reading.table.column_names:
        column = reading.table[name]
        if name in reading.special or not is_entity(name) or is_label(name, column):
            continue
        kind, values = infer(name, column, reading.folder), first_values(column)
        if kind is not None and kind.what == "text" and sum(len(value.split()) for value in values) <= 3 * len(values):
            found.append(name)
    return found


def _as_text(names: list[str]) -> str:
    reads = " ".join(f"{name}:text={name}" for name in names)
    return f"{some(names)}, which by name says whose a row is; --columns {reads} reads it as text"


def _no_slot(reading: Reading) -> str:
    has = ", ".join(f"{field.name} ({field.type})" for field in reading.table.schema)
    if names := _names(reading):
        return f"{reading.name} has no column to learn from; it has {has}, but not read is {_as_text(names)}"
    return (
        f"{reading.name} has no column of paths, bytes or text that a modality reads; it has {has}: {_advice(reading)}"
    )


def _advice(reading: Reading) -> str:
    cells = features(reading, reading.table.column_names).kept[:3]
    return (
        f"read cells with --columns row:table={','.join(cells)}" if cells else "map with --columns slot:modality=column"
    )


def _column(reading: Reading, names: list[str], kind: Kind) -> Column:
    columns = [reading.table[name] for name in names]
    if kind.what.endswith("paths"):
        _check_paths(reading, names[0], kind)
    if not kind.listed:
        return Column(kind.modality, Rows(columns, kind.make), tuple(names) if len(names) > 1 else ())
    lengths = compute.call_function("list_value_length", columns).drop_null().unique().to_pylist()
    width = max([1, *lengths])
    return Column(kind.modality, Rows(columns, kind.make, width))


def _check_paths(reading: Reading, name: str, kind: Kind) -> None:
    """Raises UserError where none of the first files is there: the folder is wrong, not the files."""
    values = first_values(reading.table[name])[:20]
    cells = [cell for value in values for cell in (value if kind.listed else [value]) if cell]
    if cells and not any(Path(kind.make(cell) or "").exists() for cell in cells):
        raise UserError(
            f"{reading.name}: none of the first {count(len(cells), 'file')} of column {name!r} is there, such as "
            f"{cells[0]!r}; paths are read relative to the table's folder, {reading.folder}"
        )
