"""Long videos cut into clips: a sample is a clip, and the clips of a file stay together in splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from coview.data.items import Items
from coview.data.kinds import count
from coview.data.prepared.reading import in_threads
from coview.data.source import Source
from coview.errors import UserError
from coview.modalities.base import BadSample

SECONDS = 2.0
"""What a clip lasts where the user does not say."""

Options = Mapping[str, Mapping[str, Any]]


class Cut(Items):
    """Natural views of videos at the same moments: files become clips of them, anything else is left as it is.

    Args:
        items: raw values by sample and natural view.
        clips: of each new sample the old one, and where it begins in seconds.
        seconds: that a clip lasts.
    """

    def __init__(self, items: Sequence[Any], clips: Sequence[tuple[int, float]], seconds: float) -> None:
        self.items, self.clips, self.seconds = items, clips, seconds

    def __len__(self) -> int:
        return len(self.clips)

    def of(self, row: int) -> Sequence[Any | None]:
        from coview.modalities.video.read import Clip

        sample, begin = self.clips[row]
        return [Clip(raw, begin, self.seconds) if isinstance(raw, Path) else raw for raw in self.items[sample]]


def cut_videos(source: Source, options: Options | None = None) -> Source:
    """A source whose video files are cut into clips of `video.seconds`; one without video files as it is.

    What is left over at a file's end is a clip of its own from half a clip on. Natural views of a sample are cut at
    the same moments, as cameras that ran together; whatever else a sample holds belongs to each of its clips. When a
    clip begins is the label `moment`, in seconds.

    Args:
        source: as opened.
        options: of modalities or slots by name; `seconds` is what matters here.

    Raises:
        UserError: `seconds` is no length, or differs between the slots of a sample.
        MissingExtra: there are video files, and PyAV is not installed.
    """
    slots = [slot for slot, column in source.columns.items() if column.modality == "video" and column.has_files]
    if not slots:
        return source
    told = {slot: _seconds(source, slot, options) for slot in slots}
    if len(set(told.values())) > 1:
        raise UserError(f"clips of one sample are equally long, and they differ: {told}")
    seconds = told[slots[0]]
    lengths = _lengths([source.columns[slot].items for slot in slots], len(source))
    clips = [(row, k * seconds) for row, length in enumerate(lengths) for k in range(pieces(length, seconds))]
    rows = [row for row, _ in clips]
    several = {row for row, begin in clips if begin > 0}
    names = [f"{source.names[row]}@{begin:g}s" if row in several else source.names[row] for row, begin in clips]
    cut = source.rows(rows)
    columns = dict(cut.columns)
    for slot in slots:
        columns[slot] = replace(columns[slot], items=Cut(source.columns[slot].items, clips, seconds))
    groups = source.groups or source.names
    understood = list(source.understood)
    if several:
        many = f"{count(len(source), 'sample')} in {count(len(clips), 'clip')}"
        understood.append(f"videos are cut into clips of {seconds:g} s ({many}; video.seconds)")
    labels = dict(cut.labels)
    if several and "moment" not in labels:
        labels["moment"] = np.array([begin for _, begin in clips])
    kept = [groups[row] for row in rows]
    return replace(cut, columns=columns, names=names, labels=labels, groups=kept, understood=understood)


def pieces(length: float, seconds: float) -> int:
    """How many clips a video gives: whole ones, one more where half of one is left, and one in any case."""
    return max(1, int(length / seconds + 0.5 + 1e-6))


def _seconds(source: Source, slot: str, options: Options | None) -> float:
    told = source.columns[slot].told(slot, options).get("seconds")
    try:
        seconds = SECONDS if told is None else float(told)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UserError(f"{slot}.seconds is how long a clip lasts, in seconds, not {told!r}")
    return seconds


def _lengths(columns: Sequence[Sequence[Sequence[Any | None]]], n: int) -> list[float]:
    """Of each sample the longest of its files, in seconds; 0 where none can be opened."""
    from coview.modalities.video.decode import length

    def work(rows: Sequence[int]) -> list[float]:
        return [max([0.0, *(_opened(raw) for items in columns for raw in items[row])]) for row in rows]

    def _opened(raw: Any) -> float:
        try:
            return length(raw) if isinstance(raw, Path) else 0.0
        except BadSample:
            return 0.0  # named when it is read

    found: list[float] = []
    for _, some in in_threads(work, [range(i, min(i + 16, n)) for i in range(0, n, 16)]):
        found += some
    return found
