"""Scenes cut into tiles, and a split in which tiles that touch are on one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coview.data.catalog.reading.split import split_by_hash

BLOCK = 4
"""Tiles a side of what is kept together in the split."""


@dataclass(frozen=True)
class Tile:
    """Where a tile is.

    Args:
        scene: its name.
        row, column: in tiles.
    """

    scene: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """Of the sample."""
        return f"{self.scene}-{self.row:03d}-{self.column:03d}"

    @property
    def block(self) -> str:
        """Of the group."""
        return f"{self.scene}/{self.row // BLOCK}-{self.column // BLOCK}"


def full_tiles(scene: str, values: np.ndarray, side: int) -> list[Tile]:
    """The tiles of a scene `(C, H, W)` in which no value is missing."""
    _, height, width = values.shape
    high, wide = height // side, width // side
    cut = values[:, : high * side, : wide * side].reshape(len(values), high, side, wide, side)
    there = np.isfinite(cut).all((0, 2, 4))
    return [Tile(scene, r, c) for r, c in np.argwhere(there).tolist()]


def block_split(tiles: Sequence[Tile]) -> list[str | None]:
    """The part of each tile by a hash of its block; None for training tiles beside a tile of another part.

    Neighbours are alike: a model that has seen one would know the other.
    """
    parts = split_by_hash([tile.block for tile in tiles])
    at = {(t.scene, t.row, t.column): part for t, part in zip(tiles, parts, strict=True)}
    beside = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)]
    found: list[str | None] = []
    for tile, part in zip(tiles, parts, strict=True):
        around = {at.get((tile.scene, tile.row + r, tile.column + c), part) for r, c in beside}
        found.append(None if part == "train" and around != {"train"} else part)
    return found
