"""What the user says about slots: `slot:modality=column[,column2]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from coview.errors import UserError
from coview.modalities.registry import modality_modules

Columns = Mapping[str, str | Sequence[str]] | Sequence[str]
"""As lines `["photo:image=front,back"]`, or as a dict `{"photo:image": ["front", "back"]}`."""


@dataclass(frozen=True)
class Wanted:
    """One slot as the user named it.

    Args:
        slot: its name.
        modality: its modality, or None to infer.
        columns: where its natural views are: columns of a table, sub-folders of a folder, arrays.
    """

    slot: str
    modality: str | None
    columns: Sequence[str]


@dataclass(frozen=True)
class Known:
    """How a run read its own data: other data is read alike, as far as it has the same columns.

    Args:
        slots: what its slots were read from in a table, with `entity` and `time` where a sample is many rows.
        said: slots as the user named them, of what is no table.
        labels, group: as the user named them.
    """

    slots: list[Wanted] = field(default_factory=list)
    said: list[Wanted] | None = None
    labels: list[str] = field(default_factory=list)
    group: str | None = None


def as_told(slots: Iterable[Wanted]) -> dict[str, list[str]]:
    """Slots as YAML has them: `{"walk:series": ["x", "y"], "time": ["seconds"]}`."""
    return {f"{w.slot}:{w.modality}" if w.modality else w.slot: list(w.columns) for w in slots}


def from_told(told: Mapping[str, Sequence[str]]) -> list[Wanted]:
    """What `as_told` gave."""
    parted = (name.rpartition(":") for name in told)
    return [
        Wanted(slot or modality, modality if slot else None, tuple(columns))
        for (slot, _, modality), columns in zip(parted, told.values(), strict=True)
    ]


def parse_columns(columns: Columns | None) -> list[Wanted] | None:
    """The slots wanted, in the order given; None where nothing was said.

    `photo` alone is short for `photo=photo`. A slot named as a modality (`image=file`) has that modality.

    Raises:
        UserError: a line is not `slot:modality=column`, names no modality there is, or a slot twice.
    """
    if not columns:
        return None
    if isinstance(columns, str):
        columns = [columns]
    lines = columns.items() if isinstance(columns, Mapping) else (_parted(line) for line in columns)
    wanted = [_wanted(left, right) for left, right in lines]
    slots = [w.slot for w in wanted]
    for slot in slots:
        if slots.count(slot) > 1:
            raise UserError(f"slot {slot!r} is named twice; give its columns in one: {slot}=first,second")
    return wanted


def _parted(line: str) -> tuple[str, str]:
    left, equals, right = line.partition("=")
    return left, right if equals else left.partition(":")[0]


def _wanted(left: str, right: str | Sequence[str]) -> Wanted:
    slot, _, modality = (part.strip() for part in left.partition(":"))
    names = right.split(",") if isinstance(right, str) else list(right)
    names = [name.strip() for name in names]
    if not slot or not all(names) or not names:
        given = f"{left}={right if isinstance(right, str) else ','.join(right)}"
        raise UserError(f"columns are given as slot:modality=column[,column], such as photo:image=file; not {given!r}")
    known = modality_modules()
    if modality and modality not in known:
        raise UserError(f"slot {slot!r}: no modality is called {modality!r}; there are {', '.join(known)}")
    return Wanted(slot, modality or (slot if slot in known else None), tuple(names))


def missing(what: str, wanted: str, purpose: str, kind: str, there: Sequence[str]) -> UserError:
    """The error that a column, array or folder named for some purpose (`slot 'photo'`) is not there."""
    near = get_close_matches(wanted, there, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    has = ", ".join(there) or "none"
    return UserError(f"{what} has no {kind} {wanted!r} (named for {purpose}); it has {has}{hint}")
