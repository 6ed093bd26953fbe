"""WebDataset shards as samples: tar files whose members share a key up to the first dot.

`0001.jpg 0001.txt 0001.cls 0001.json` are one sample: a slot for each modality, `cls` and plain values of `json` as
labels. `0001.front.jpg 0001.back.jpg` are two natural views. Members are read where they lie, when asked for.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from coview.data.files.tar_index import Index, Member, Members, index_shard
from coview.data.kinds import ENDINGS, count, modality_of_name, some
from coview.data.mapping import Wanted, missing
from coview.data.source import Column, Source
from coview.data.tables.infer_columns import is_label
from coview.data.tables.table_rows import label_values
from coview.errors import UserError

_MOST_JSON = 1 << 20


def shards_of(pattern: str) -> list[Path]:
    """The shards that `name-{000..012}.tar`, a folder or one file means."""
    braces = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if braces:
        low, high = braces[1], braces[2]
        numbers = range(int(low), int(high) + 1)
        return [Path(f"{pattern[: braces.start()]}{i:0{len(low)}d}{pattern[braces.end() :]}") for i in numbers]
    path = Path(pattern)
    return sorted(path.glob("*.tar")) if path.is_dir() else [path]


def open_webdataset(pattern: str, *, columns: list[Wanted] | None = None, label: list[str] | None = None) -> Source:
    """The samples of WebDataset shards.

    Args:
        pattern: a `.tar`, a folder of them, or `name-{000..012}.tar`.
        columns: slots by fields (`photo:image=front.jpg,back.jpg`); default one slot a modality.
        label: labels to keep (`cls`, or keys of `json`); default those of few kinds.

    Raises:
        UserError: a shard is missing or compressed, or no member is of a modality.
    """
    index = Index()
    shards = shards_of(pattern)
    for shard in shards:
        index_shard(shard, index)
    fields = sorted({f for members in index.samples.values() for f in members})
    slots = _wanted(pattern, columns, fields) if columns else _inferred(fields)
    if not slots:
        why = f"; {index.skipped[0][0]}: {index.skipped[0][1]}" if index.skipped else ""
        raise UserError(f"{pattern} holds no members that a modality reads, only {some(fields) or 'nothing'}{why}")
    built: dict[str, Column] = {}
    understood = [f"{count(len(shards), 'shard')} of {count(len(index.samples), 'sample')}"]
    for slot, (modality, views) in slots.items():
        at = [[_first(members, endings) for endings in views.values()] for members in index.samples.values()]
        built[slot] = Column(modality, Members(at), tuple(views) if len(views) > 1 else ())
        understood.append(f"{slot} is read from {', '.join(f for endings in views.values() for f in endings)}")
    labels = _labels(index, label)
    return Source(
        Path(pattern).stem, built, list(index.samples), labels=labels, skipped=index.skipped, understood=understood
    )


Views = dict[str, list[str]]
"""Name of a natural view -> the fields that may hold it (`front` -> `front.jpg`, `front.png`)."""


def _first(members: dict[str, Member], endings: list[str]) -> Member | None:
    return next((members[f] for f in endings if f in members), None)


def _inferred(fields: list[str]) -> dict[str, tuple[str, Views]]:
    """A slot for each modality; a natural view for each word before the ending."""
    slots: dict[str, tuple[str, Views]] = {}
    for modality in ENDINGS:
        views: Views = {}
        for f in fields:
            if modality_of_name(f"x.{f}") == modality:
                views.setdefault(f.rpartition(".")[0] or "main", []).append(f)
        if views:
            slots[modality] = modality, views
    return slots


def _wanted(pattern: str, columns: list[Wanted], fields: list[str]) -> dict[str, tuple[str, Views]]:
    slots: dict[str, tuple[str, Views]] = {}
    for wanted in columns:
        for f in wanted.columns:
            if f not in fields:
                raise missing(pattern, f, f"slot {wanted.slot!r}", "field", fields)
        modality = wanted.modality or modality_of_name(f"x.{wanted.columns[0]}")
        if modality is None:
            raise UserError(f"field {wanted.columns[0]!r} says no modality; name it: {wanted.slot}:image=...")
        slots[wanted.slot] = modality, {f: [f] for f in wanted.columns}
    return slots


def _labels(index: Index, chosen: list[str] | None) -> dict[str, np.ndarray]:
    rows: list[dict[str, Any]] = []
    for name, members in index.samples.items():
        row: dict[str, Any] = {}
        if "json" in members and members["json"].size <= _MOST_JSON:
            try:
                found = json.loads(members["json"].read())
                row |= {k: v for k, v in found.items() if isinstance(v, str | int | bool)}
            except (ValueError, AttributeError) as error:
                index.skipped.append((f"{name}.json", f"not JSON of named values: {error}"))
        if "cls" in members:
            row["cls"] = members["cls"].read().decode("utf-8", "replace").strip()
        rows.append(row)
    labels: dict[str, np.ndarray] = {}
    keys = dict.fromkeys(key for row in rows for key in row)
    chosen = [key for key in chosen or () if key in keys]
    for key in chosen or keys:
        column = pa.chunked_array([pa.array([None if row.get(key) is None else str(row[key]) for row in rows])])
        if chosen or is_label(key, column):
            labels[key] = label_values(column)
    return labels
