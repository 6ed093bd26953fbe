"""Atari: 32 games at random play."""

from collections import Counter

import numpy as np
import pytest

from coview.data import catalog
from coview.data.catalog.reading.atari import checked, play, version
from coview.errors import UserError
from tests.data.catalog.real import check_shape

ale_py = pytest.importorskip("ale_py")


@pytest.fixture(scope="module")
def atari():
    if not catalog.is_fetched("atari"):
        pytest.skip("needs data: coview data get atari")
    return catalog.source("atari")


def test_it_is_a_sound_source(atari):
    check_shape(atari)


def test_counts(atari):
    assert Counter(Counter(atari.labels["game"].tolist()).values()) == {128: 32}
    assert Counter(atari.split) == {"train": 3072, "valid": 512, "test": 512}


def test_clips_are_sixteen_small_frames_in_which_something_moves(atari):
    moving = 0
    for row in range(0, len(atari), 64):
        ((frames, rate),) = atari.columns["video"].items[row]
        assert frames.shape == (16, 40, 40, 3)
        assert rate == 15.0
        moving += bool((frames[0] != frames[-1]).any())
    assert moving > 50


def test_the_state_is_the_memory_of_every_clip(atari):
    ram = atari.labels["ram"]
    assert ram.shape == (4096, 128)
    assert ram.dtype == np.uint8
    changing = [len(np.unique(ram[g * 128 : (g + 1) * 128], axis=0)) for g in range(32)]
    assert min(changing) > 60


def test_a_play_is_the_same_every_time():
    (first, memory), (again, same) = (next(play("pong", 2, 1, 3, 16)) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(memory, same)
    other, _ = next(play("pong", 3, 1, 3, 16))
    assert not np.array_equal(first, other)


def test_a_machine_that_plays_otherwise_is_named():
    ram = np.zeros((2, 128), np.uint8)
    assert checked(ram, {"0.0": "of another version"})
    with pytest.raises(UserError, match="played otherwise"):
        checked(ram, {version(): "0" * 64})


def test_a_game_that_is_not_there_is_named():
    with pytest.raises(UserError, match="no game 'chess_of_mars'"):
        next(play("chess_of_mars", 0, 1, 2, 8))
