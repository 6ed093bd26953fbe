"""A table in long form as samples: an entity has many rows, its measurements or events in order of time.

- Said by the user: `--columns walk:series=x,y,z entity=recording time=seconds`, or `visits:events=goods,price`.
  Several slots may read one table. `entity` and `time` may be left out where names or types tell them.
- Not said: a table with a column that names entities, each met several times, and a column of times is in long form.
  Where all else is numbers at even times it is one slot `series`, else one slot `events`.
- What says one thing of each entity is a label; the group and the split must.
- Rows without an entity or a time are skipped and named. The order of rows does not matter.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.types as types
from pyarrow import compute

from coview.data.kinds import count, some, split_parts
from coview.data.mapping import Wanted, as_told, missing
from coview.data.source import Column, Source
from coview.data.tables.entities import Entities, Grids, Histories
from coview.data.tables.infer_columns import distinct, is_code
from coview.data.tables.long_roles import LONG, Roles, find_roles
from coview.data.tables.strays import NUMBERS, TIMES, read_as
from coview.data.tables.table_rows import Reading, label_values
from coview.errors import UserError

_FEW = 20


def from_long_table(reading: Reading, columns: list[Wanted] | None = None) -> Source:
    """One sample for each entity (see the module's rules).

    Raises:
        UserError: a column named is not there or not of its kind, no column tells entities, or nothing is left.
    """
    slots = [w for w in columns or [] if w.modality in LONG]
    roles = find_roles(reading, [w for w in columns or [] if w.modality not in LONG])
    for wanted in slots:
        for name in wanted.columns:
            if name not in reading.table.column_names:
                raise missing(reading.name, name, f"slot {wanted.slot!r}", "column", reading.table.column_names)
            reading.refuse_label(name, wanted.slot)
            if types.is_null(reading.table[name].type):
                reading.put(name, reading.table[name].cast(pa.float64()))
    if roles.time is not None:
        read_as(reading, roles.time, TIMES)
    for name in dict.fromkeys(name for w in slots if w.modality == "series" for name in w.columns):
        read_as(reading, name, NUMBERS)
    table = _without_nulls(reading, roles)
    entities = Entities.of(table, roles.entity, roles.time)
    often = len(table) / len(entities)
    reading.understood.append(
        f"long form: {count(len(entities), 'sample')} by {roles.entity}, {often:,.1f} rows each, "
        f"{f'in order of {roles.time}' if roles.time else 'in the order of the rows'}"
    )
    used = {roles.entity, roles.time, *(name for w in slots for name in w.columns)}
    labels = _labels(reading, entities, used)
    if not slots:
        slots = [_inferred(reading, entities, {*used, *labels, *reading.special})]
    built = {w.slot: _column(reading, entities, w) for w in slots}
    source = Source(
        reading.name,
        built,
        entities.names,
        labels=labels,
        groups=_groups(reading, entities),
        grouped_by=reading.group,
        split=_split(reading, entities),
        skipped=reading.skipped,
        understood=reading.understood,
        noted=reading.noted,
        read_from=as_told([*slots, *roles.told()]),
    )
    return _without_bad(source)


def _without_nulls(reading: Reading, roles: Roles) -> pa.Table:
    """The rows that say whose they are and when, the others named."""
    keep = np.ones(len(reading.table), dtype=bool)
    for what, name in (("entity", roles.entity), ("time", roles.time)):
        if name is None:
            continue
        column = reading.table[name]
        lacks = column.is_null().to_numpy()
        if types.is_floating(column.type):
            lacks |= ~np.isfinite(column.fill_null(0).to_numpy())
        strays = reading.strays.get(name, {})
        words = some(list(dict.fromkeys(repr(word[:40]) for word in strays.values())), 3)
        rows = np.flatnonzero(lacks & keep).tolist()
        empty = [f"row {i}" for i in rows if i not in strays]
        stray = [f"row {i}" for i in rows if i in strays]
        for found, said in ((stray, words), (empty, "empty or infinite")):
            if found:
                reading.skipped.append((some(found), f"no {what}: {name} is {said}"))
        keep &= ~lacks
    if not keep.any():
        raise UserError(f"{reading.name}: no row has {roles.entity}{f' and {roles.time}' if roles.time else ''}")
    return reading.table if keep.all() else reading.table.filter(pa.array(keep))


def _labels(reading: Reading, entities: Entities, used: set[str | None]) -> dict[str, np.ndarray]:
    """Columns named as labels, else what says one thing of each entity and not the same of all."""
    for name in reading.labels:
        if not entities.steady(name):
            raise UserError(
                f"{reading.name}: label {name!r} changes within one sample; a label is the same in its rows"
            )
    apart = used | (reading.special - {reading.group})
    names = reading.labels or [n for n in entities.table.column_names if n not in apart and _is_label(entities, n)]
    return {name: label_values(entities.first(name)) for name in names}


def _is_label(entities: Entities, name: str) -> bool:
    """Whether a column says one thing of each entity, of few kinds, and not the same of all."""
    if types.is_nested(entities.table[name].type) or not entities.steady(name):
        return False
    return 1 < distinct(entities.first(name)) <= max(2, len(entities) / 2)


def _groups(reading: Reading, entities: Entities) -> list[str] | None:
    if reading.group is None:
        return None
    if not entities.steady(reading.group):
        raise UserError(f"{reading.name}: the group {reading.group!r} changes within one sample")
    reading.understood.append(f"samples of one {reading.group} are kept together in splits")
    values = entities.first(reading.group).to_pylist()
    pairs = zip(entities.names, values, strict=True)
    return [f"alone: {name}" if value is None else str(value) for name, value in pairs]


def _split(reading: Reading, entities: Entities) -> list[str] | None:
    name = reading.split_column
    if name is None or not entities.steady(name):
        return None
    reading.understood.append(f"column {name} is the split")
    return split_parts(entities.first(name).to_pylist())


def _inferred(reading: Reading, entities: Entities, apart: set[str | None]) -> Wanted:
    """The one slot of a table whose columns nobody named."""
    names: list[str] = []
    unread: list[str] = []
    for name in entities.table.column_names:
        if name in apart:
            continue
        reason = _unread(entities.table[name])
        names += [] if reason else [name]
        unread += [f"{name} ({reason})"] if reason else []
    if unread:
        reading.understood.append(f"not read: {some(unread)}; map them with --columns slot:events=column")
    if not names:
        raise UserError(f"{reading.name}: nothing but {', '.join(str(a) for a in apart if a)} is there to learn from")
    told = [name for name in names if not _empty(entities.table[name])]
    measured = all(_measured(name, entities.table[name]) for name in told)
    even = measured and entities.time is not None and not Grids(entities, told).bad
    return Wanted("series" if even else "events", "series" if even else "events", tuple(names))


def _empty(column: pa.ChunkedArray) -> bool:
    """Whether it has no value in any row."""
    return bool(compute.all(compute.is_null(column, nan_is_null=True)).as_py())  # type: ignore[attr-defined]


def _measured(name: str, column: pa.ChunkedArray) -> bool:
    kind = column.type
    return types.is_floating(kind) or (types.is_integer(kind) and not _code(name, column))


def _code(name: str, column: pa.ChunkedArray) -> bool:
    """Whether whole numbers are names: by the column's name, or as there are few of them."""
    if not types.is_integer(column.type):
        return False
    return is_code(name) or distinct(column) <= _FEW


def _unread(column: pa.ChunkedArray) -> str | None:
    """Why a column that nobody named is no field of events, or None."""
    if types.is_nested(column.type):
        return f"{column.type} is no cell"
    text = types.is_string(column.type) or types.is_large_string(column.type)
    return "nearly every word differs" if text and 2 * distinct(column) > len(column) else None


def _column(reading: Reading, entities: Entities, wanted: Wanted) -> Column:
    table = entities.table
    empty = [] if reading.known else [name for name in wanted.columns if _empty(table[name])]
    if empty:
        reading.understood.append(f"{wanted.slot}: {some(empty)} left out, without a value in any row")
    names = [name for name in wanted.columns if name not in empty]
    if not names:
        raise UserError(f"{reading.name}: slot {wanted.slot!r} has no value in any row of {some(wanted.columns)}")
    if wanted.modality == "events":
        words = [name for name in names if _code(name, table[name])]
        numbers = [n for n in names if n not in words and _measured(n, table[n])]
        told = [n for n in names if n not in numbers]
        parts = {"words": told, "numbers": numbers}
        held = " and ".join(f"{what} {', '.join(found)}" for what, found in parts.items() if found)
        reading.understood.append(f"{wanted.slot}: events of {held}")
        return Column("events", Histories(entities, names, words))
    for name in names:
        kind = table[name].type
        if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
            raise UserError(
                f"{reading.name}: column {name!r} holds {kind}, and a series is of numbers; read it as events"
            )
    grids = Grids(entities, names)
    if len(grids.bad) == len(entities):
        row, reason = next(iter(grids.bad.items()))
        raise UserError(f"{reading.name}: no sample is a series: {entities.names[row]} {reason}")
    for row, reason in grids.bad.items():
        reading.skipped.append((entities.names[row], f"{wanted.slot}: {reason}"))
    reading.understood.append(f"{wanted.slot}: series of {', '.join(names)}{_steps(grids)}")
    known = grids.step[~np.isnan(grids.step)]
    return Column("series", grids, options={"step": float(np.median(known))} if len(known) else {})


def _steps(grids: Grids) -> str:
    """Between which steps values stand, and how many places are empty."""
    known = grids.step[~np.isnan(grids.step)]
    if not len(known):
        return ""
    places = grids.place[grids.starts[1:] - 1] + 1
    gaps = int(places.sum() - len(grids.place))
    least, most = float(known.min()), float(known.max())
    every = f"{least:.4g}" if most - least < 0.01 * most else f"{least:.4g} to {most:.4g}"
    return f", steps of {every}" + (f", {count(gaps, 'missing time')}" if gaps else "")


def _without_bad(source: Source) -> Source:
    """The samples of which at least one slot can be read (the others are named already)."""
    bad = [set(c.items.bad) for c in source.columns.values() if isinstance(c.items, Grids)]
    if len(bad) < len(source.columns) or not bad or not set.intersection(*bad):
        return source
    dropped = set.intersection(*bad)
    return source.rows([i for i in range(len(source)) if i not in dropped])
