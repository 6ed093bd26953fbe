from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from coview.data.catalog import is_fetched
from coview.papers.moving import COUNTS, DIRECTIONS, FRAMES, SIDE, clip, moving_clothes


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_piece_moves_a_pixel_a_frame_and_comes_back_on_the_other_side(direction: str) -> None:
    piece = np.random.default_rng(0).random((28, 28), np.float32)
    shown = clip(piece, np.zeros((28, 28), np.float32), DIRECTIONS[direction], np.random.default_rng(1))
    assert shown.shape == (FRAMES, SIDE, SIDE, 3)
    for before, after in pairwise(shown):
        np.testing.assert_array_equal(np.roll(before, DIRECTIONS[direction], (0, 1)), after)


@pytest.mark.data
def test_directions_are_drawn_evenly() -> None:
    if not is_fetched("fashion-mnist"):
        pytest.skip("needs data: coview data get fashion-mnist")
    source = moving_clothes()
    assert len(source) == sum(COUNTS.values())
    shares = np.unique(source.labels["direction"], return_counts=True)[1] / len(source)
    assert len(shares) == 8
    assert np.abs(shares - 1 / 8).max() < 0.02
