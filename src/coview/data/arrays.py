"""Arrays, tensors and lists in memory as samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from coview.data.graphs.graph import is_graph
from coview.data.items import Items
from coview.data.kinds import modality_of_bytes, modality_of_name
from coview.data.source import Column, Source
from coview.data.tables.frames import as_arrow
from coview.data.tables.records import Records
from coview.errors import UserError
from coview.modalities.registry import modality_modules

_WORDS = {
    "image": ("image", "img", "picture", "photo", "pixel", "drawing", "frame"),
    "video": ("video", "movie", "footage"),
    "audio": ("audio", "wave", "sound", "speech", "recording", "clip"),
    "text": ("text", "caption", "sentence", "title", "word", "name", "description"),
    "series": ("series", "signal", "sensor", "accelero", "gyro", "ecg", "eeg", "emg"),
    "points": ("points", "cloud"),
    "volume": ("volume", "voxel", "mri"),
    "events": ("events", "history", "histories"),
}

_OF_ANY_SHAPE = ("video", "audio", "series", "points", "volume", "spectral")
"""Modalities whose arrays look like pictures, and are not where the slot's name says so."""


class NoModality(UserError):
    """Values that say no modality.

    Args:
        slot: that is to hold them.
        what: they are.
        column: what they are called where they come from; default as the slot.
    """

    def __init__(self, slot: str, what: str, column: str | None = None) -> None:
        self.slot, self.what = slot, what
        super().__init__(
            f"slot {slot!r} has entries of {what}, which say no modality; say it: --columns "
            f"{slot}:series={column or slot}, or {{'{slot}:series': ...}} in Python "
            f"(there are {', '.join(modality_modules())})"
        )


class Entries(Items):
    """Raw values of a slot by sample: one array or list for each natural view, or one with views along axis 1."""

    def __init__(self, views: Sequence[Any], inner: int | None = None) -> None:
        self.views, self.inner = views, inner

    def __len__(self) -> int:
        return len(self.views[0])

    def of(self, row: int) -> Sequence[Any | None]:
        if self.inner is None:
            return [view[row] for view in self.views]
        entry = self.views[0][row]
        there = [] if entry is None else [entry[v] for v in range(len(entry))]
        return [*there, *[None] * (self.inner - len(there))]


def from_arrays(
    slots: Mapping[str, Any] | None = None,
    *,
    labels: Mapping[str, Any] | Any | None = None,
    groups: Sequence[Any] | None = None,
    names: Sequence[Any] | None = None,
    name: str = "arrays",
    **more: Any,
) -> Source:
    """Samples from what is in memory: `from_arrays(photo=pictures, caption=texts, labels=kinds)`.

    Args:
        slots: by slot name, or `slot:modality` where values do not say the modality. A value has an entry for each
            sample, None where it is absent: an array or tensor (pictures `(N, H, W)`, `(N, H, W, C)` or
            `(N, C, H, W)`; waveforms `(N, S)`), a list of strings, `Path`, bytes, `PIL.Image` or arrays. Natural views
            are a tuple of V such values, a list of lists, or pictures `(N, V, H, W, C)`.
        labels: for evaluation only: an array of N, or several by name.
        groups: N names of what is kept together in splits.
        names: N unique sample names; default their numbers.
        name: of the source.
        more: as `slots`.

    Raises:
        UserError: lengths differ, or a slot's modality cannot be told.
    """
    given = {**(slots or {}), **more}
    if not given:
        raise UserError("no arrays were given; name at least one slot, as in images=pictures")
    columns = {}
    for key, value in given.items():
        slot, _, modality = key.partition(":")
        columns[slot] = _column(slot, modality or None, value)
    n = len(next(iter(columns.values())).items)
    if labels is not None and not isinstance(labels, Mapping):
        labels = {"label": labels}
    source = Source(
        name,
        columns,
        [str(i) for i in range(n)] if names is None else [str(x) for x in names],
        labels={k: _label(v) for k, v in (labels or {}).items()},
        groups=None if groups is None else [str(g) for g in groups],
    )
    source.check()
    return source


def _column(slot: str, modality: str | None, value: Any) -> Column:
    if modality is not None and modality not in modality_modules():
        known = ", ".join(modality_modules())
        raise UserError(f"slot {slot!r}: no modality is called {modality!r}; there are {known}")
    frame = as_arrow(value)
    if frame is not None and modality in (None, "table"):
        return Column("table", Records(frame, frame.column_names))
    views = list(value) if isinstance(value, tuple) else [value]
    if not views:
        raise UserError(f"slot {slot!r} is an empty tuple; a tuple holds the natural views of a slot")
    for view in views:
        if isinstance(view, str | bytes) or not hasattr(view, "__len__") or not hasattr(view, "__getitem__"):
            raise UserError(f"slot {slot!r} is a {type(view).__name__}; give an array or list with an entry a sample")
    views = [view.detach().cpu().numpy() if isinstance(view, torch.Tensor) else view for view in views]
    if len({len(view) for view in views}) > 1:
        raise UserError(f"slot {slot!r}: its natural views have {', '.join(str(len(v)) for v in views)} entries")
    inner = _inner_views(views[0], modality or _by_name(slot)) if len(views) == 1 else None
    known = modality or _told_by(slot, views[0], inner)
    return Column(known, Entries(views, inner))


def _inner_views(value: Any, modality: str | None) -> int | None:
    """V where entries are themselves lists of natural views, else None."""
    if modality in ("series", "events", "points", "table", "spectral"):  # a list is one sample; a tuple holds views
        return None
    if isinstance(value, np.ndarray):
        axes = {"audio": 3, "video": 6, "volume": 6}.get(modality or "", 5)
        return value.shape[1] if value.ndim == axes else None
    lists = [entry for entry in value if isinstance(entry, list | tuple) and not _is_value(entry)]
    if not lists or all(isinstance(x, int | float) for entry in lists for x in entry[:1]):
        return None
    return max(len(entry) for entry in lists)


def _is_value(entry: Sequence[Any]) -> bool:
    """Whether a tuple is one value, `(samples, rate)` or `(voxels, spacing)`, and not natural views."""
    match entry:
        case (np.ndarray() | torch.Tensor() as array, int() | float() | np.number()):
            return array.ndim > 0
        case (np.ndarray() | torch.Tensor() as array, spacing):
            return array.ndim > 2 and np.shape(spacing) == (3,)
        case _:
            return False


def _by_name(slot: str) -> str | None:
    if slot in modality_modules():
        return slot
    return next((m for m, words in _WORDS.items() if any(word in slot.lower() for word in words)), None)


def _told_by(slot: str, value: Any, inner: int | None) -> str:
    """The modality that values say, or else the slot's name."""
    entries = (value[i] for i in range(min(len(value), 100)))
    first = next((x for x in entries if x is not None and not (isinstance(x, list | tuple) and not x)), None)
    if inner is not None and first is not None:
        first = next((x for x in first if x is not None), None)
    named = _by_name(slot)
    match first:
        case str():
            return "text"
        case Path():
            told = modality_of_name(first.name)
        case bytes():
            told = modality_of_bytes(first)
        case _ if type(first).__module__.startswith("PIL."):
            told = "image"
        case _ if is_graph(first):
            told = "graph"
        case np.ndarray() | torch.Tensor() if first.ndim in (2, 3) and named not in _OF_ANY_SHAPE:
            told = "image" if first.ndim == 3 or first.dtype in (np.uint8, torch.uint8) else named
        case _:
            told = named
    if told is None:
        shape = getattr(first, "shape", None)
        what = f"{type(first).__name__}{'' if shape is None else f' {tuple(shape)}'}"
        raise NoModality(slot, what)
    return told


def _label(values: Any) -> np.ndarray:
    array = values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
    return array.astype(object) if array.dtype.kind in "US" else array
