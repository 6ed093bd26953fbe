"""Samples made for claims from what was recorded over time: histories, segments of them, sensors, voices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Source
from coview.papers.derived import part_of

SEGMENT, SEGMENTS = 12, 6
"""Flights of a segment, and segments of an aircraft at most."""
SLOWEST = 0.3
"""Hz; what an accelerometer measures below it is how the watch is held, above it how it is moved."""
RATE = 50
"""Samples a second of the watch."""


@cache
def watch() -> Source:
    """Windows of a smart watch's sensors, split by subject."""
    return catalog.source("watch")


@cache
def aircraft() -> Source:
    """1,500 aircraft with their flights to train on, 300 to choose by, 700 to score."""
    return part_of(catalog.source("flights"), {"train": 1_500, "valid": 300, "test": 700})


@cache
def segments() -> Source:
    """Aircraft of two segments or more: up to six stretches of 12 flights, spread over the year, are natural views."""
    flights = catalog.source("flights")
    items, kept = [], []
    for row in range(len(flights)):
        (history,) = flights.columns["flights"].items[row]
        assert history is not None
        cut = stretches(history)
        if len(cut) >= 2:
            items.append([*cut, *[None] * (SEGMENTS - len(cut))])
            kept.append(row)
    column = replace(flights.columns["flights"], items=items)
    source = replace(flights.rows(kept), name="segments of flights", columns={"flights": column})
    return part_of(source, {"train": 1_500, "valid": 300, "test": 700})


def stretches(history: dict[str, Any]) -> list[dict[str, Any]]:
    """Events cut into whole segments, of which at most `SEGMENTS` are taken, evenly spread."""
    many = len(history["time"]) // SEGMENT
    chosen = np.unique(np.linspace(0, many - 1, min(many, SEGMENTS)).round().astype(int)) if many else []
    return [{name: values[k * SEGMENT : (k + 1) * SEGMENT] for name, values in history.items()} for k in chosen]


@cache
def streams() -> Source:
    """The watch as three synchronous streams, natural views of one slot: motion, orientation and rotation.

    The accelerometer above and below 0.3 Hz, and the gyroscope, each channel by its mean and deviation over the
    training subjects.
    """
    source = watch()
    assert source.split is not None
    acceleration, rotation = (
        np.stack([sample[0] for sample in source.columns[slot].items])  # type: ignore[misc]
        for slot in ("accelerometer", "gyroscope")
    )
    orientation = slow_part(acceleration)
    train = np.array([part == "train" for part in source.split])
    read = []
    for values in (acceleration - orientation, orientation, rotation):
        known = values[train].reshape(-1, values.shape[2])
        read.append(((values - known.mean(0)) / known.std(0)).astype(np.float32))
    items = [list(sample) for sample in zip(*read, strict=True)]
    column = Column("series", items, ("motion", "orientation", "rotation"), options={"rotation": 30.0})
    return replace(source, name="three streams of a watch", columns={"stream": column})


def slow_part(values: np.ndarray) -> np.ndarray:
    """What of series `(N, S, C)` is slower than `SLOWEST`, by a filter without delay."""
    from scipy.signal import butter, sosfiltfilt

    return sosfiltfilt(butter(2, SLOWEST, fs=RATE, output="sos"), values, axis=1)


@cache
def voices() -> Source:
    """Every recording of a telephone prompt as a sample of its own, with its voice as label; prompts share a split.

    Two of the six voices are one speaker in two languages.
    """
    prompts = catalog.whole("prompts")
    column = prompts.columns["speech"]
    items, names, label, groups, split = [], [], [], [], []
    assert prompts.groups is not None
    assert prompts.split is not None
    for i, name in enumerate(prompts.names):
        for voice, path in zip(column.views, column.items[i], strict=True):
            if path is not None:
                items.append([path])
                names.append(f"{name} by {voice}")
                label.append(voice)
                groups.append(prompts.groups[i])
                split.append(prompts.split[i])
    return Source(
        "voices",
        {"speech": Column("audio", items)},
        names=names,
        labels={"voice": np.array(label)},
        groups=groups,
        split=split,
        about=prompts.about,
    )


@cache
def spoken() -> Source:
    """Recordings of prompts by voice, with the kind of what is said beside the voice: digits, letters, sentences."""
    source = voices()
    kind = np.array([name.split("/")[0] if "/" in name else "sentence" for name in source.names])
    return replace(source, labels={**source.labels, "kind": kind})
