"""Pose2Sim: four cameras, one moment."""

from collections import Counter

import numpy as np
import pytest

from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def pose2sim():
    return real("pose2sim")


def test_it_is_a_sound_source(pose2sim):
    check_shape(pose2sim)


def test_counts(pose2sim):
    assert Counter(pose2sim.split) == {"train": 86, "valid": 16, "test": 56}
    assert Counter(pose2sim.labels["people"].tolist()) == {"one": 79, "two": 79}


def test_every_camera_saw_every_moment(pose2sim):
    for row in (0, 80, 157):
        cameras = pose2sim.columns["video"].items[row]
        assert [frames.shape for frames, _ in cameras] == [(8, 48, 48, 3)] * 4
        assert {rate for _, rate in cameras} == {60.0}


def test_no_frame_lies_in_two_parts(pose2sim):
    frames: dict[str, set[tuple[str, int]]] = {}
    for name, part in zip(pose2sim.names, pose2sim.split, strict=True):
        scene, begin = name.split("-")
        frames.setdefault(part, set()).update((scene, int(begin) + i) for i in range(8))
    assert not frames["train"] & frames["test"]
    assert not frames["valid"] & (frames["train"] | frames["test"])


def test_neighbouring_moments_share_their_frames(pose2sim):
    first, second = (pose2sim.columns["video"].items[row][2][0] for row in (0, 1))
    assert np.array_equal(first[1:], second[:-1])


def test_the_man_wears_a_blue_cap_and_stands_before_a_bright_wall(pose2sim):
    red, green, blue = pose2sim.columns["video"].items[0][3][0][0, 8:20, 2:18].reshape(-1, 3).astype(int).T
    assert ((blue > red + 30) & (green > red + 10)).any()
