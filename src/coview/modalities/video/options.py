"""What a user may choose of videos, and what the data says where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from coview.errors import UserError

MOST_SECONDS = 60.0


@dataclass(frozen=True)
class VideoOptions:
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

    seconds: float | None = None
    frames: int = 8
    size: int | None = None
    tubelet: int = 2
    patch: int | None = None
    time: tuple[float, float] = (0.5, 1.0)
    scale: tuple[float, float] = (0.3, 1.0)
    flip: bool = True
    degrees: float = 0.0
    color: float = 0.5
    grey: float = 0.2

    @classmethod
    def of(cls, options: dict[str, Any]) -> VideoOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"video has no option {name!r}; it has {', '.join(known)}")
        told = {name: given for name, given in options.items() if given is not None}
        for name in ("time", "scale"):
            if name in told:
                told[name] = _shares(name, told[name])
        chosen = cls(**told)
        if chosen.seconds is not None and not 0 < chosen.seconds <= MOST_SECONDS:
            raise UserError(f"video's seconds are at most {MOST_SECONDS:g}, not {chosen.seconds}")
        if not 2 <= chosen.frames <= 256:
            raise UserError(f"video's frames are 2 to 256, not {chosen.frames}; a single one is a picture")
        if chosen.tubelet < 1 or chosen.frames % chosen.tubelet:
            raise UserError(f"{chosen.frames} frames cannot be cut into tubelets of {chosen.tubelet}")
        if chosen.size is not None and (chosen.size < 4 or chosen.size % 4):
            raise UserError(f"size is a multiple of 4 pixels, and {chosen.size} is not; try {near_size(chosen.size)}")
        return chosen

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


def _shares(name: str, given: Any) -> tuple[float, float]:
    try:
        low, high = (float(x) for x in (given.split(",") if isinstance(given, str) else given))
    except (TypeError, ValueError):
        raise UserError(f"video's {name} is two shares, as in 0.5,1, not {given!r}") from None
    if not 0 < low <= high <= 1:
        raise UserError(f"video's {name} is two shares, 0 < least <= greatest <= 1, not {low:g}, {high:g}")
    return low, high
