"""Smart watch: what an accelerometer and a gyroscope on the wrist measure during seven shoulder exercises.

A sample is a window of 4 seconds (200 times at 50 Hz) of one recording; windows of a recording overlap by half. Both
sensors are slots, so that each can be learnt from alone or one from the other. The ten subjects are groups: those of
the test never train, as a watch meets people it was not trained on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

SEGLEARN = Package(
    "pip", "seglearn", "1.2.5",
    "ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd", 11_320_941,
    "BSD-3-Clause", "Shoulder exercises recorded by a smart watch (Burns et al. 2018) in seglearn by David Burns",
)  # fmt: skip
VALID, TEST = {7}, {8, 9, 10}
"""Subjects that do not train."""

EXERCISES = {
    "ABD": "abduction", "ER": "external rotation", "FEL": "forward elevation", "IR": "internal rotation",
    "PEN": "pendulum", "ROW": "row", "TRAP": "trapezius extension",
}  # fmt: skip


def build(stock: Stock, width: int = 200, step: int = 100) -> Source:
    """Windows of `width` times that begin every `step` times, at 50 Hz: `(width, 3)` in g and in rad/s."""
    import numpy as np

    from coview.data.source import Column, Source

    # Unpickling is safe here alone: the archive's checksum is the one declared above.
    file = stock.folder(SEGLEARN) / "seglearn/data/watch_dataset.npy"
    recorded = np.load(file, allow_pickle=True).item()
    exercises = [str(name) for name in recorded["y_labels"]]
    windows: list[np.ndarray] = []
    rows: list[tuple[str, int, str, str]] = []
    told = zip(recorded["X"], recorded["subject"].tolist(), recorded["side"].tolist(), recorded["y"].tolist())
    for values, subject, side, exercise in told:
        hand, name = "right" if side else "left", exercises[exercise]
        for number, begin in enumerate(range(0, len(values) - width + 1, step)):
            windows.append(values[begin : begin + width].astype(np.float32))
            rows.append((f"{subject:02d}-{name}-{hand}-{number:02d}", subject, name, hand))
    return Source(
        "watch",
        {
            "accelerometer": Column("series", [[w[:, :3]] for w in windows], options={"rotation": 30.0}),
            "gyroscope": Column("series", [[w[:, 3:]] for w in windows], options={"rotation": 30.0}),
        },
        names=[row[0] for row in rows],
        labels={
            "exercise": np.array([EXERCISES[row[2]] for row in rows], dtype=object),
            "side": np.array([row[3] for row in rows], dtype=object),
            "subject": np.array([row[1] for row in rows]),
        },
        groups=[f"subject {row[1]}" for row in rows],
        within={"recording": [row[0].rpartition("-")[0] for row in rows], "subject": [f"{row[1]}" for row in rows]},
        split=["test" if s in TEST else "valid" if s in VALID else "train" for _, s, _, _ in rows],
    )


SET = DataSet(
    title="Shoulder exercises measured by a smart watch",
    slots={"accelerometer": Slot("series"), "gyroscope": Slot("series")},
    labels={"exercise": "one of seven", "side": "the arm that wears the watch", "subject": "1 to 10"},
    counts="2,229 windows of 4 seconds from 140 recordings of ten people",
    packages=(SEGLEARN,),
    build=build,
)
