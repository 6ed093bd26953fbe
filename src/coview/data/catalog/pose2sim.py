"""Pose2Sim: one man on a beam, filmed by four synchronised cameras, alone and with a second person beside him.

A sample is a moment: 8 frames (0.13 s) from each camera, which are its four natural views. Moments follow one another
frame by frame, so that neighbours share most of their frames: training, validation and test are stretches of each
recording, and no frame lies in two of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

POSE2SIM = Package(
    "pip", "pose2sim", "0.10.49",
    "403e0dc4065898ba6a595e72a8970950310979253d60e24c2e00b16b36bf21e1", 51_189_031,
    "BSD-3-Clause", "Demonstration videos of Pose2Sim by David Pagnon and contributors (BSD-3-Clause)",
)  # fmt: skip
SCENES = {"one": "Demo_SinglePerson", "two": "Demo_MultiPerson"}
CAMERAS = ("camera-1", "camera-2", "camera-3", "camera-4")
FRAMES, RATE, SIZE, COUNT = 8, 60.0, 48, 100
TOP = 0.155
"""Where the square that is kept begins, as a share of the pictures' height: the man is above their middle."""
PARTS = {"train": range(0, 50), "valid": range(50, 65), "test": range(65, 100)}
"""Frames of each recording."""
MADE = f"moments-{SIZE}-1"
LOOKS = {"seconds": FRAMES / RATE, "frames": 4, "size": SIZE, "flip": False, "scale": (0.5, 1.0), "color": 0.3}


def build(stock: Stock) -> Source:
    """158 moments; `moment` is when one begins, in seconds of its recording."""
    import numpy as np

    from coview.data.catalog.reading.cameras import Moments, Recording
    from coview.data.source import Column, Source

    made = stock.made(MADE, lambda into: _decode(stock, into, lambda line: None))
    filmed = {scene: Recording(np.load(made / f"{scene}.npy", mmap_mode="r"), RATE) for scene in SCENES}
    rows = [
        (scene, part, begin)
        for scene in SCENES
        for part, frames in PARTS.items()
        for begin in range(frames.start, frames.stop - FRAMES + 1)
    ]
    moments = Moments([(filmed[scene], begin) for scene, _, begin in rows], FRAMES / RATE)
    return Source(
        "pose2sim",
        {"video": Column("video", moments, CAMERAS, LOOKS)},
        names=[f"{scene}-{begin:02d}" for scene, _, begin in rows],
        labels={
            "people": np.array([scene for scene, _, _ in rows]),
            "moment": np.array([begin / RATE for _, _, begin in rows]),
        },
        groups=[f"{scene}-{part}" for scene, part, _ in rows],
        split=[part for _, part, _ in rows],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Decodes every camera once."""
    stock.made(MADE, lambda into: _decode(stock, into, progress))


def _decode(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    """For each scene `(cameras, frames, SIZE, SIZE, 3)` uint8."""
    import numpy as np

    from coview.data.catalog.reading.cameras import squares

    for scene, folder in SCENES.items():
        filmed = []
        for number, camera in enumerate(CAMERAS, 1):
            progress(f"decoding {camera} of {folder}")
            path = stock.folder(POSE2SIM) / "Pose2Sim" / folder / "videos" / f"cam{number:02d}.mp4"
            filmed.append(squares(path, COUNT, SIZE, TOP))
        np.save(into / f"{scene}.npy", np.stack(filmed))


SET = DataSet(
    title="Pose2Sim: a man on a beam, seen by four synchronised cameras",
    slots={"video": Slot("video", CAMERAS)},
    labels={"people": "one or two on the scene", "moment": "when the clip begins, in seconds"},
    counts="158 moments, 632 clips of 8 frames",
    packages=(POSE2SIM,),
    build=build,
    prepare=prepare,
    modules={"av": ("av", "data")},
)
