"""What was understood of the data, in lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from coview.data.kinds import count, some
from coview.data.prepared.lazy import LazyColumn
from coview.data.source import Data, Source


def describe(samples: Source | Data) -> list[str]:
    """Samples, slots, labels, split and what was skipped, a line each."""
    lines = [f"{samples.name}: {count(len(samples), 'sample')}"]
    if isinstance(samples, Data):
        lines += [_stored(samples, slot) for slot in samples.slots]
    else:
        lines += [
            f"slot {slot}: {column.modality}{_views(column.width, column.views)}"
            for slot, column in samples.columns.items()
        ]
    lines += list(samples.understood)
    if samples.labels:
        kinds = ", ".join(f"{name} ({_kinds(values)})" for name, values in samples.labels.items())
        lines.append(f"labels, for evaluation only: {kinds}")
    if samples.groups is not None:
        lines.append(f"{count(len(set(samples.groups)), 'group')} kept together in splits")
    if samples.split is not None:
        parts = Counter(samples.split)
        lines.append(f"split: {', '.join(f'{parts[p]:,} {p}' for p in ('train', 'valid', 'test') if parts[p])}")
    lines += doubts(samples)
    lines += [f"{what}: {samples.about[what]}" for what in ("origin", "licence", "credit") if samples.about.get(what)]
    return lines


def doubts(samples: Source | Data) -> list[str]:
    """What was skipped, and what was not read as it stands."""
    return [*describe_skipped(samples.skipped), *samples.noted]


SHOWN = 5
"""Of what was skipped, how many are told with their reasons."""


def describe_skipped(skipped: Sequence[tuple[str, str]], most: int = SHOWN) -> list[str]:
    """How much was skipped, and the first few with their reasons."""
    if not skipped:
        return []
    return [f"{len(skipped):,} skipped: {some([f'{name} ({reason})' for name, reason in skipped], most)}"]


def _stored(data: Data, slot: str) -> str:
    column = data.slots[slot]
    share = column.present.float().mean().item() if len(data) else 0.0
    there = "" if share == 1 else f", {share:.0%} there"
    how = ", decoded on demand" if isinstance(column, LazyColumn) else ""
    views = _views(column.width, data.view_names.get(slot, ()))
    return f"slot {slot}: {data.modalities[slot].name}{views}{there}{how}"


def _views(width: int, names: Sequence[str]) -> str:
    if width < 2:
        return ""
    return f", {width} natural views{f' ({some(list(names))})' if names else ''}"


def _kinds(values: np.ndarray) -> str:
    if values.ndim > 1:
        return f"{values.shape[1]:,} numbers each"
    if values.dtype.kind == "f":
        known = values[~np.isnan(values)]
        return f"{len(np.unique(known)):,} values, {len(values) - len(known):,} unknown"
    known = [value for value in values.tolist() if value is not None]
    unknown = f", {len(values) - len(known):,} unknown" if len(known) < len(values) else ""
    return f"{count(len(set(known)), 'kind')}{unknown}"
