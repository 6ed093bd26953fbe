"""A table read as a run read its own: by the names of the columns, whatever else they look like here."""

from __future__ import annotations

from collections.abc import Sequence

from coview.data.kinds import count, some
from coview.data.mapping import Known, Wanted
from coview.data.tables.long_roles import ROLES, guess_entity, guess_time
from coview.data.tables.table_rows import Reading
from coview.data.tables.wide_series import TO
from coview.errors import UserError

BY_NAME = ("series", "events", "table")
"""Modalities whose columns are parts of one value: without one of them it is another value."""


def as_known(reading: Reading, known: Known) -> list[Wanted] | None:
    """The run's slots that a table has; None where it has none of their columns and is to be read by itself.

    Labels and group are the run's too, where the table has them. Of a slot of several natural views those that are
    there are read.

    Raises:
        UserError: columns that a slot cannot do without are missing.
    """
    there = reading.table.column_names
    reading.labels = reading.labels or [name for name in known.labels if name in there]
    reading.group = reading.group or (known.group if known.group in there else None)
    told = known.slots or known.said or []
    roles = [w for w in told if w.slot in ROLES and w.modality is None]
    slots = [w for w in told if w not in roles]
    found: list[Wanted] = []
    lacking: list[tuple[Wanted, list[str]]] = []
    for slot in slots:
        names = [name for name in slot.columns if _has(there, name)]
        lost = [name for name in slot.columns if name not in names]
        if slot.modality in BY_NAME and lost and len(slot.columns) > 1:
            lacking.append((slot, lost))
        elif names:
            found.append(Wanted(slot.slot, slot.modality, tuple(names)))
    partly = [(slot, lost) for slot, lost in lacking if len(lost) < len(slot.columns)]
    if partly or (lacking and not found):
        raise _lacks(reading, *(partly or lacking)[0])
    if not found:
        return None
    reading.known = True
    met = [w for w in roles if w.columns[0] in there]
    reading.noted += [_instead(reading, w) for w in roles if w not in met]
    return [*found, *met]


def _instead(reading: Reading, role: Wanted) -> str:
    """What says whose a row is, or when it was, where the run's column is not there."""
    time = guess_time(reading.table)
    found = time if role.slot == "time" else guess_entity(reading, time)
    bare = "the order of rows says when" if role.slot == "time" else "all rows are of one"
    taken = bare if found is None else f"{found!r} is taken for it"
    return f"there is no column {role.columns[0]!r}, the {role.slot} of the run's own data: {taken}"


def _has(there: Sequence[str], name: str) -> bool:
    """Whether a column is there, or both ends of a stretch of columns are."""
    return name in there or (TO in name and all(end.strip() in there for end in name.split(TO, 1)))


def _lacks(reading: Reading, slot: Wanted, lost: list[str]) -> UserError:
    columns = f"column {lost[0]!r}" if len(lost) == 1 else f"{count(len(lost), 'column')} ({some(lost, 5)})"
    shown = [*slot.columns[:8], *(["..."] if len(slot.columns) > 8 else [])]
    wanted = f"{slot.slot}:{slot.modality}={','.join(shown)}"
    return UserError(
        f"{reading.name} lacks {columns} of slot {slot.slot!r}, which the run was trained with; it has "
        f"{some(reading.table.column_names, 20)}: if they are called otherwise here, name them in the run's order, "
        f"--columns {wanted}"
    )
