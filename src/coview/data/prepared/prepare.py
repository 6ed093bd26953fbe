"""A source read, fitted and collated: samples ready to be batched."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import torch
from torch import Tensor

from coview.batch import View
from coview.data.describe import doubts
from coview.data.kinds import count
from coview.data.prepared.cached_work import CachedWork
from coview.data.prepared.decoded import Decoded, decoded
from coview.data.prepared.reading import Reader
from coview.data.prepared.slot_work import Progress, SlotWork
from coview.data.source import UNNAMED, Data, Source, row_list
from coview.data.split import split
from coview.errors import DataWarning, UserError
from coview.modalities.base import Modality
from coview.modalities.registry import modality_modules

MEMORY_LIMIT = 4 << 30
"""Bytes of stored views kept in memory; a column that would go beyond is decoded on demand."""


def load(
    source: Source,
    *,
    slots: Sequence[str] | None = None,
    modalities: Mapping[str, Modality] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    rows: Tensor | Sequence[int] | None = None,
    adapt_rows: Tensor | Sequence[int] | None = None,
    strict: bool = False,
    memory_limit: int = MEMORY_LIMIT,
    progress: Progress | None = None,
    keep: Decoded | None = None,
) -> Data:
    """Reads every sample once, fits modalities to the training ones, and stores what encoders will want.

    What cannot be read is absent; a sample with nothing left is dropped; both are named in `Data.skipped`. The split
    (`split(source)`) is made before anything is dropped and stays with the data.

    Args:
        source: samples as references.
        slots: those to read; default all (of `modalities`, where given).
        modalities: fitted ones of a run, by slot; of the slots to read, the others are fitted.
        options: of modalities or slots by name (`{"image": {"size": 32}}`); a slot's go before its modality's.
        rows: the samples to read; default all.
        adapt_rows: the samples (of those in `source`) that modalities are fitted to; default the training ones.
        strict: whether the first thing that cannot be read is an error.
        memory_limit: bytes of stored views that may be kept in memory.
        progress: is told what is being read.
        keep: where decoded files of earlier runs are, and these are kept; default `decoded.decoded()`.

    Raises:
        UserError: a slot or option is unknown, nothing can be read, or (strict) something cannot.
    """
    source.check()
    if strict and source.skipped:
        name, reason = source.skipped[0]
        raise UserError(f"{source.name}: {name}: {reason} (stopped by --strict)")
    slots = _slots(source, slots, modalities)
    _check_options(slots, options or {})
    parts, train = _parts(source)
    fit = train if adapt_rows is None else row_list(adapt_rows)
    if parts is not None:
        source = replace(source, split=parts)
    if rows is not None:
        at = row_list(rows)
        place = {row: i for i, row in enumerate(at)}
        source, fit = source.rows(at), [place[row] for row in fit if row in place]
    readers: dict[str, Reader] = {}
    columns: dict[str, Any] = {}
    fitted: dict[str, Modality] = {}
    room = memory_limit
    keep, tell = decoded() if keep is None else keep, progress or (lambda line: None)
    for slot in slots:
        work = CachedWork(source, slot, strict, tell, keep) if keep.limit else SlotWork(source, slot, strict, tell)
        column = source.columns[slot]
        told = column.told(slot, options)
        given = (modalities or {}).get(slot)
        if given is not None and (other := given.unlike(column.options)):
            source = replace(source, noted=[*source.noted, f"{slot}: {other}"])
        fitted[slot] = given if given is not None else work.fit(fit, told)
        columns[slot] = work.collate(fitted[slot], room)
        room -= columns[slot].value.nbytes if isinstance(columns[slot], View) else 0
        readers[slot] = work.reader
    return _assemble(source, columns, fitted, readers, strict)


def sample_ids(names: Sequence[str]) -> Tensor:
    """`(N,)` int64: a hash of each name, the same wherever the sample is met."""
    digests = (blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest() for name in names)
    return torch.tensor([int.from_bytes(digest, "little", signed=True) for digest in digests], dtype=torch.int64)


def _wholes(source: Source) -> dict[str, Tensor]:
    """By level, what each sample is a part of, as a hash of its name.

    The groups are a level of the name that the user gave them, or `UNNAMED` where nothing else is named.
    """
    named = dict(source.within)
    if source.groups is not None and (source.grouped_by or not named):
        named.setdefault(source.grouped_by or UNNAMED, source.groups)
    return {level: sample_ids(wholes) for level, wholes in named.items()}


def _slots(source: Source, slots: Sequence[str] | None, modalities: Mapping[str, Modality] | None) -> list[str]:
    chosen = list(slots if slots is not None else modalities if modalities is not None else source.columns)
    if modalities is not None and slots is None:
        chosen = [slot for slot in chosen if slot in source.columns]
    has = ", ".join(f"{slot} ({column.modality})" for slot, column in source.columns.items())
    if not chosen:
        wanted = ", ".join(f"{slot} ({m.name})" for slot, m in (modalities or {}).items())
        raise UserError(f"{source.name} has {has}, and what is to be read is {wanted or 'nothing'}")
    for slot in chosen:
        if slot not in source.columns:
            raise UserError(f"{source.name} has no slot {slot!r}; it has {has}")
        if modalities is None or slot not in modalities:
            continue
        if modalities[slot].name != source.columns[slot].modality:
            here, there = source.columns[slot].modality, modalities[slot].name
            raise UserError(f"slot {slot!r} of {source.name} is {here}, and the run reads it as {there}")
    return chosen


def _check_options(slots: Sequence[str], options: Mapping[str, Mapping[str, Any]]) -> None:
    for name in options:
        if name not in slots and name not in modality_modules():
            raise UserError(f"options are given for {name!r}, which is no slot ({', '.join(slots)}) and no modality")


def _parts(source: Source) -> tuple[list[str] | None, list[int]]:
    """The part of each sample and the training rows; all rows where the source's own split trains nobody."""
    if source.split is not None and "train" not in source.split:
        return None, list(range(len(source)))
    rows = split(source)
    parts = ["train"] * len(source)
    for part, at in rows.items():
        for row in at.tolist():
            parts[row] = part
    return parts, rows["train"].tolist()


def _assemble(
    source: Source, columns: dict[str, Any], modalities: dict[str, Modality], readers: dict[str, Reader], strict: bool
) -> Data:
    skipped: list[tuple[str, str]] = []
    for slot, reader in readers.items():
        views = source.columns[slot].views
        for (row, view), reason in sorted(reader.bad.items()):
            which = f" ({views[view]})" if len(views) > 1 else f" (view {view})" if reader.column.width > 1 else ""
            skipped.append((source.names[row], f"{slot}{which}: {reason}"))
    there = torch.stack([column.present.any(1) for column in columns.values()]).any(0)
    if not bool(there.any()):
        name, reason = next(iter([*skipped, *source.skipped]), (source.names[0], "every slot is empty"))
        raise UserError(f"{source.name}: not one of {count(len(source), 'sample')} can be read; {name}: {reason}")
    skipped = [*source.skipped, *skipped]
    noted = [line for slot, reader in readers.items() for line in _noted(slot, reader, columns[slot].present)]
    bad = {source.names[row] for reader in readers.values() for row, _ in reader.bad}
    silent = [source.names[row] for row in (~there).nonzero()[:, 0].tolist() if source.names[row] not in bad]
    nothing = f"nothing of {', '.join(columns)} is there"
    if strict and silent:
        raise UserError(f"{source.name}: {silent[0]}: {nothing} (stopped by --strict)")
    skipped += [(name, nothing) for name in silent]
    data = Data(
        source.name,
        columns,
        modalities,
        sample_ids(source.names),
        source.names,
        source.labels,
        source.groups,
        skipped,
        source.about,
        {slot: source.columns[slot].views for slot in columns},
        source.split,
        list(source.understood),
        [*source.noted, *(line for line, _ in noted)],
        {told: names for told, names in source.read_from.items() if told.rpartition(":")[0] in {"", *columns}},
        source.links,
        _wholes(source),
    )
    if skipped or source.noted or any(most for _, most in noted):
        warnings.warn(f"{source.name}: {'; '.join(doubts(data))}", DataWarning, stacklevel=2)
    return data if bool(there.all()) else data.rows(there)


def _noted(slot: str, reader: Reader, present: Tensor) -> list[tuple[str, bool]]:
    """What is noted of a slot's items, how many it holds of counted, and whether those are most of them."""
    many = int(present.sum())
    found = Counter(note for notes in reader.notes.values() for note in notes)
    return [(f"{slot}: {n:,} of {many:,} {note}", 2 * n >= many) for note, n in found.most_common()]
