"""What a user may choose of videos, and what the data says where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Any

from coview.errors import UserError
from coview.kinds import Within
from coview.modalities.options import Options


@dataclass(frozen=True)
class VideoOptions(Options, modality="video"):
    """Options of `Video.adapt`.

    Args:
        seconds: that a clip lasts; default 2, or what clips of the data last in the median where that is less. Long
            files are cut into clips of so many seconds.
        frames: that an encoder reads of a clip, evenly spread over it (the rate is `frames / seconds`). Twice as many
            are kept, to draw from.
        size: pixels a side; default the median shorter side of the data, to the nearest multiple of 4 from 8 to 40.
        tubelet: frames of one token.
        patch: pixels a side of one token; default such that the grid is about 5 x 5.
        time: least and greatest share of a clip that an augmented look is drawn from: at a half it plays at half the
            speed of the whole.
        scale: least and greatest share of the area that an augmented look is cropped from.
        flip: whether mirrored clips count as the same.
        degrees: greatest rotation either way.
        color: strength of colour jitter, from 0 to 1.
        grey: probability of a grey look.
    """

    seconds: Annotated[float, Within(0.05, 60.0)] | None = None
    frames: Annotated[int, Within(2, 256)] = 8
    size: Annotated[int, Within(4, 512)] | None = None
    tubelet: Annotated[int, Within(1, 256)] = 2
    patch: Annotated[int, Within(1, 512)] | None = None
    time: Annotated[tuple[float, float], Within(0.01, 1.0, rising=True)] = (0.5, 1.0)
    scale: Annotated[tuple[float, float], Within(0.001, 1.0, rising=True)] = (0.3, 1.0)
    flip: bool = True
    degrees: Annotated[float, Within(0.0, 180.0)] = 0.0
    color: Annotated[float, Within(0.0, 1.0)] = 0.5
    grey: Annotated[float, Within(0.0, 1.0)] = 0.2

    def check(self) -> None:
        """Sizes and frames come in whole pieces."""
        if self.tubelet > self.frames or self.frames % self.tubelet:
            raise UserError(f"video: {self.frames} frames cannot be cut into tubelets of {self.tubelet}")
        if self.size is not None and self.size % 4:
            raise UserError(
                f"video: size is a multiple of 4 pixels, and {self.size} is not; try {near_size(self.size)}"
            )

    def resolve(self, seconds: Sequence[float], sides: Sequence[int]) -> dict[str, Any]:
        """Seconds, size and patch, by the data where they are not chosen.

        Args:
            seconds: how long each clip lasts.
            sides: the shorter side of each.
        """
        size = self.size or near_size(max(8, min(40, median(sides))))
        patch = self.patch or next(p for p in sorted(range(2, 17), key=lambda p: abs(p - size / 5)) if size % p == 0)
        return {"seconds": self.seconds or min(2.0, median(seconds)), "size": size, "patch": patch}


def near_size(size: float) -> int:
    """The nearest multiple of 4."""
    return max(4, 4 * round(size / 4))
