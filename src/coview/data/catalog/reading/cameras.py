"""Recordings of several cameras that ran together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coview.data.items import Items
from coview.errors import UserError
from coview.modalities.video.decode import opened


class Moments(Items):
    """Clips of every camera from one moment on, as raw values of the modality video.

    Args:
        begins: of each sample the recording `(cameras, T, H, W, C)` and its first frame.
        frames: of a clip.
        rate: frames a second.
    """

    def __init__(self, begins: Sequence[tuple[np.ndarray, int]], frames: int, rate: float) -> None:
        self.begins, self.frames, self.rate = begins, frames, rate

    def __len__(self) -> int:
        return len(self.begins)

    def of(self, row: int) -> Sequence[Any | None]:
        filmed, begin = self.begins[row]
        return [(np.asarray(camera[begin : begin + self.frames]), self.rate) for camera in filmed]


def squares(path: Path, count: int, size: int, top: float) -> np.ndarray:
    """The first frames of an upright video as squares of its whole width: `(count, size, size, 3)` uint8.

    Args:
        path: of the file.
        count: frames.
        size: pixels a side.
        top: where the square begins, as a share of the height.

    Raises:
        UserError: there are fewer frames.
    """
    kept: list[np.ndarray] = []
    with opened(path) as (container, stream):
        for frame in container.decode(stream):
            height = round(frame.height * size / frame.width)
            first = round(height * top)
            pixels = frame.reformat(size, height, "rgb24", interpolation="AREA").to_ndarray()
            kept.append(pixels[first : first + size])
            if len(kept) == count:
                return np.stack(kept)
    raise UserError(f"{path.name} has {len(kept)} frames where {count} were expected; fetch the data set anew")
