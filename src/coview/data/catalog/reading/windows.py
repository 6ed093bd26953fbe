"""Parts of one volume as samples, split by place so that no voxel is in two parts of the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from coview.data.catalog.reading.split import split_by_hash
from coview.data.items import Items

if TYPE_CHECKING:
    import numpy as np

Three = tuple[int, int, int]


class Windows(Items):
    """Windows of a volume, cut on access: `(array, spacing)`, one natural view each.

    Args:
        volume: `(D, H, W)`.
        corners: first voxel of each window.
        size: voxels along the axes.
        spacing: of voxels.
    """

    def __init__(
        self, volume: np.ndarray, corners: Sequence[Three], size: Three, spacing: tuple[float, float, float]
    ) -> None:
        self.volume, self.corners, self.size, self.spacing = volume, corners, size, spacing

    def __len__(self) -> int:
        return len(self.corners)

    def of(self, row: int) -> Sequence[Any | None]:
        at = tuple(slice(c, c + n) for c, n in zip(self.corners[row], self.size, strict=True))
        return [(self.volume[at], self.spacing)]


@dataclass(frozen=True)
class Place:
    """Where a window lies.

    Args:
        corner: its first voxel.
        centre: the voxel that its label is of.
        block: name of the block that the centre is in.
        part: train, valid or test.
    """

    corner: Three
    centre: Three
    block: str
    part: str


def places(shape: Sequence[int], size: Three, step: Three, block: Three) -> list[Place]:
    """Windows at equal steps that lie in one part of the split with all their voxels.

    A volume is cut into blocks, and each block is a part's by the hash of its place. Windows that reach into blocks of
    two parts are left out: what a test shows, training has not seen at all.

    Args:
        shape: of the volume.
        size: of a window.
        step: between windows.
        block: size of a block.
    """
    counts = [-(-n // b) for n, b in zip(shape, block, strict=True)]
    cells = list(product(*(range(n) for n in counts)))
    part = dict(zip(cells, split_by_hash(f"block {_named(cell)}" for cell in cells)))
    found = []
    for corner in product(*(range(0, n - w + 1, s) for n, w, s in zip(shape, size, step, strict=True))):
        touched = product(
            *(range(c // b, (c + w - 1) // b + 1) for c, w, b in zip(corner, size, block, strict=True))
        )  # fmt: skip
        parts = {part[cell] for cell in touched}
        if len(parts) == 1:
            a, b, c = (first + w // 2 for first, w in zip(corner, size, strict=True))
            cell = tuple(at // side for at, side in zip((a, b, c), block, strict=True))
            found.append(Place((corner[0], corner[1], corner[2]), (a, b, c), _named(cell), parts.pop()))
    return found


def _named(cell: Sequence[int]) -> str:
    return ",".join(str(i) for i in cell)
