"""Recordings of one camera, or of several that ran together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coview.data.items import Items
from coview.errors import UserError
from coview.modalities.video.decode import opened


@dataclass(frozen=True)
class Recording:
    """What cameras saw at the same time.

    Args:
        cameras: of each its frames `(T, H, W, C)`; None where it was not there.
        rate: frames a second.
    """

    cameras: Sequence[np.ndarray | None]
    rate: float


class Moments(Items):
    """Clips of every camera from one moment on, as raw values of the modality video.

    Args:
        begins: of each sample the recording and its first frame.
        seconds: that a clip lasts, to the nearest frame.
    """

    def __init__(self, begins: Sequence[tuple[Recording, int]], seconds: float) -> None:
        self.begins, self.seconds = begins, seconds

    def __len__(self) -> int:
        return len(self.begins)

    def of(self, row: int) -> Sequence[Any | None]:
        filmed, begin = self.begins[row]
        end = begin + round(self.seconds * filmed.rate)
        return [None if seen is None else (np.asarray(seen[begin:end]), filmed.rate) for seen in filmed.cameras]


def squares(path: Path, count: int, size: int, begin: float | None = None) -> np.ndarray:
    """The first frames of a video as squares of its shorter side, of square pixels: `(count, size, size, 3)` uint8.

    Args:
        path: of the file.
        count: frames.
        size: pixels a side.
        begin: where the square begins along the longer side, as a share of it; default such that it lies in the middle.

    Raises:
        UserError: there are fewer frames.
    """
    kept: list[np.ndarray] = []
    with opened(path) as (container, stream):
        aspect = float(stream.sample_aspect_ratio or 1)
        for frame in container.decode(stream):
            sides = (frame.width * aspect, float(frame.height))
            width, height = (round(side * size / min(sides)) for side in sides)
            pixels = frame.reformat(width, height, "rgb24", interpolation="AREA").to_ndarray()
            longer = max(width, height)
            first = (longer - size) // 2 if begin is None else round(longer * begin)
            kept.append(pixels[first : first + size] if height > width else pixels[:, first : first + size])
            if len(kept) == count:
                return np.stack(kept)
    raise UserError(f"{path.name} has {len(kept)} frames where {count} were expected; fetch the data set anew")
