"""Recordings of cameras: squares of their films, and clips of one moment."""

import numpy as np
import pytest

from coview.data.catalog.reading.cameras import Moments, Recording, squares
from coview.errors import UserError
from tests.modalities.made_videos import brightening, write_video


def striped(path, height, width):
    """A film whose three parts along its longer side are black, grey and white."""
    picture = np.repeat(np.array([0, 128, 255], np.uint8), max(height, width) // 3)
    picture = np.broadcast_to(picture[:, None] if height > width else picture[None], (height, width))
    return write_video(path, [np.repeat(picture[..., None], 3, 2)] * 4)


@pytest.mark.parametrize(("height", "width"), [(32, 96), (96, 32)])
@pytest.mark.parametrize(("begin", "grey"), [(None, 128), (0.0, 0), (2 / 3, 255)])
def test_a_square_lies_where_it_is_asked_for_or_in_the_middle(tmp_path, height, width, begin, grey):
    found = squares(striped(tmp_path / "film.mkv", height, width), 3, 16, begin)
    assert found.shape == (3, 16, 16, 3)
    assert np.abs(found[:, 4:12, 4:12].astype(int) - grey).max() < 12


def test_a_film_that_is_too_short_is_named(tmp_path):
    path = write_video(tmp_path / "short.mkv", brightening(5))
    with pytest.raises(UserError, match=r"short\.mkv has 5 frames where 6 were expected"):
        squares(path, 6, 16)


def test_clips_begin_where_they_should_and_absent_cameras_are_none():
    frames = np.arange(20).reshape(20, 1, 1, 1)
    fast, slow = Recording([frames, frames + 100], 10.0), Recording([frames, None], 5.0)
    moments = Moments([(fast, 3), (slow, 7)], 0.4)
    (left, rate), (right, _) = moments[0]
    assert (left.ravel().tolist(), right.ravel().tolist(), rate) == ([3, 4, 5, 6], [103, 104, 105, 106], 10.0)
    (left, rate), absent = moments[1]
    assert (left.ravel().tolist(), rate, absent) == ([7, 8], 5.0, None)
