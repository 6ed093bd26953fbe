"""Scenes: views by wavelength, tiles whole, no training tile beside one of another part."""

from __future__ import annotations

import numpy as np
import pytest

from coview.data.catalog.reading.tiles import Tile, block_split, full_tiles
from coview.data.source import Source
from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def scenes() -> Source:
    return real("scenes", "landsat", "sentinel")


def test_it_is_a_sound_source(scenes: Source) -> None:
    check_shape(scenes)


def test_views_are_the_visible_and_the_infrared_bands(scenes: Source) -> None:
    for row in range(0, len(scenes), 997):
        visible, infrared = scenes.columns["scene"].items[row]
        assert all(w < 700 for w in visible[1])
        assert visible[0].shape == (len(visible[1]), 16, 16)
        assert np.isfinite(visible[0]).all()
        if infrared is not None:
            assert all(w > 700 for w in infrared[1])


def test_no_training_tile_touches_one_of_another_part(scenes: Source) -> None:
    at = {}
    for name, part in zip(scenes.names, scenes.split or [], strict=True):
        scene, row, column = name.rsplit("-", 2)
        at[scene, int(row), int(column)] = part
    for (scene, row, column), part in at.items():
        if part == "train":
            around = {at.get((scene, row + r, column + c), "train") for r in (-1, 0, 1) for c in (-1, 0, 1)}
            assert around == {"train"}


def test_tiles_with_missing_pixels_are_none() -> None:
    values = np.ones((2, 8, 12))
    values[1, 5, 1] = np.nan
    assert [(t.row, t.column) for t in full_tiles("a", values, 4)] == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)]


def test_blocks_fall_on_one_side_each() -> None:
    tiles = [Tile("a", r, c) for r in range(40) for c in range(40)]
    parts = block_split(tiles)
    sides: dict[str, set[str]] = {}
    for tile, part in zip(tiles, parts, strict=True):
        if part is not None:
            sides.setdefault(tile.block, set()).add(part)
    assert all(len(found) == 1 for found in sides.values())
    assert {next(iter(found)) for found in sides.values()} == {"train", "valid", "test"}
    assert None in parts
