"""What a user may choose of pictures, and what the data says where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated

from coview.errors import UserError
from coview.kinds import Within
from coview.modalities.options import Options


@dataclass(frozen=True)
class ImageOptions(Options, modality="image"):
    """Options of `Image.adapt`.

    Args:
        size: pixels a side, a multiple of 4; default the median shorter side of the data, from 8 to 64.
        channels: what pictures are read in; default the commonest number above one, and one where no picture has more:
            grey pictures among coloured ones are repeated.
        patch: pixels a side of one token; default such that the grid is about 8 x 8, at most 16.
        scale: least and greatest share of the area that an augmented look is cropped from.
        flip: whether mirrored looks count as the same (not so for text and digits).
        degrees: greatest rotation either way.
        color: strength of colour jitter.
        grey: probability of a grey look.
    """

    size: Annotated[int, Within(4, 4096)] | None = None
    channels: Annotated[int, Within(1, 4096)] | None = None
    patch: Annotated[int, Within(1, 4096)] | None = None
    scale: Annotated[tuple[float, float], Within(0.001, 1, rising=True)] = (0.2, 1.0)
    flip: bool = True
    degrees: Annotated[float, Within(0, 180)] = 10.0
    color: Annotated[float, Within(0, 1)] = 0.5
    grey: Annotated[float, Within(0, 1)] = 0.2

    def check(self) -> None:
        """Sizes come in whole pieces."""
        if self.size is not None:
            check_size(self.size, self.patch)

    def side(self, sides: Sequence[int]) -> int:
        """The size, by the shorter sides of the data where it is not chosen."""
        return self.size or near_size(max(8, min(64, median(sides))))


def check_size(size: int, patch: int | None) -> None:
    """Raises UserError where a size is no multiple of 4, or not of the patch."""
    if size < 4 or size % 4:
        raise UserError(f"image: size is a multiple of 4 pixels, and {size} is not; try {near_size(size)}")
    if patch and size % patch:
        raise UserError(f"image: size {size} cannot be cut into patches of {patch}; try {near_patch(size)}")


def near_size(size: float) -> int:
    """The nearest multiple of 4."""
    return max(4, 4 * round(size / 4))


def near_patch(size: int) -> int:
    """The divisor of a size nearest to an eighth of it, from 2 to 16."""
    divisors = [p for p in range(2, 17) if size % p == 0]
    return min(divisors, key=lambda p: (abs(p - size / 8), p))
