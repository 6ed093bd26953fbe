from __future__ import annotations

import numpy as np
import pytest

from coview.data.catalog import is_fetched
from coview.papers.moving import COUNTS, DIRECTIONS, FRAMES, SIDE, SPEED, clip, moving_clothes, path


@pytest.mark.parametrize(("name", "down", "right"), [("right", 0, 1), ("down left", 1, -1), ("up", -1, 0)])
def test_a_straight_path_goes_where_its_direction_says(name: str, down: int, right: int) -> None:
    last = np.array([down, right]) / np.hypot(down, right) * SPEED * (FRAMES - 1)
    assert np.abs(path(45.0 * DIRECTIONS.index(name), 0.0)[-1] - last).max() <= 0.5


def test_a_bow_goes_up_then_right_then_down() -> None:
    steps = np.diff(path(0.0, 180.0), axis=0)
    assert steps[0].tolist() == [-1, 0]
    assert steps[FRAMES // 2 - 1, 1] >= 1
    assert steps[-1].tolist() == [1, 0]


def test_a_piece_is_where_the_path_says_and_comes_back_on_the_other_side() -> None:
    piece, places = np.random.default_rng(0).random((28, 28), np.float32), path(225.0, 180.0)
    shown = clip(piece, np.zeros((28, 28), np.float32), places, np.random.default_rng(1))
    assert shown.shape == (FRAMES, SIDE, SIDE, 3)
    for frame, place in zip(shown, places, strict=True):
        np.testing.assert_array_equal(np.roll(shown[0], tuple(place), (0, 1)), frame)


@pytest.mark.data
def test_directions_are_drawn_evenly() -> None:
    if not is_fetched("fashion-mnist"):
        pytest.skip("needs data: coview data get fashion-mnist")
    source = moving_clothes()
    assert len(source) == sum(COUNTS.values())
    shares = np.unique(source.labels["direction"], return_counts=True)[1] / len(source)
    assert len(shares) == 8
    assert np.abs(shares - 1 / 8).max() < 0.02
