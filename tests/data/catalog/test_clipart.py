"""Clip art: drawings, titles, tags."""

import pytest

from coview.data.catalog.clipart import series
from tests.data.catalog.real import by, check_shape, real, unreadable


@pytest.fixture(scope="module")
def clipart():
    return real("clipart")


def test_it_is_a_sound_source(clipart):
    check_shape(clipart)


def test_counts(clipart):
    words = {slot: sum(row[0] is not None for row in clipart.columns[slot].items) for slot in clipart.columns}
    assert words == {"image": 5510, "title": 2812, "tags": 5259}


def test_words_of_a_drawing(clipart):
    row = by(clipart, "food/desserts/cone4_ganson")
    assert clipart.columns["title"].items[row] == ["Ice Cream Cone (4 Scoop)"]
    assert clipart.columns["tags"].items[row] == ["dessert, food, icecream, festive, menu"]
    assert clipart.labels["category"][row] == "food"


def test_the_titles_of_collections_are_left_out(clipart):
    assert not [title for (title,) in clipart.columns["title"].items if title and "Flat Icon Collection" in title]


def test_no_picture_twice(clipart):
    paths = [path for (path,) in clipart.columns["image"].items]
    assert not [path for path in paths if path.is_symlink()]
    assert len({path.resolve() for path in paths}) == len(paths)


def test_unsorted_pictures_have_no_category(clipart):
    row = next(i for i, name in enumerate(clipart.names) if name.startswith("unsorted/"))
    assert clipart.labels["category"][row] is None


def test_drawings_can_be_read(clipart):
    assert unreadable(clipart, "image", range(0, len(clipart), 100)) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("people/smilies/smiley001", "people/smilies/smiley111", True),
        ("food/cone3_ganson", "food/cone4_ganson", True),
        ("food/cone3_ganson", "tools/cone3_ganson", False),
        ("signs/1", "signs/2", False),
        ("animals/cat_01", "animals/dog_01", False),
    ],
)
def test_numbered_series_belong_together(one, other, alike):
    assert (series(one) == series(other)) is alike


def test_what_is_left_out_is_named(clipart):
    stars, *posters = clipart.skipped
    assert stars == ("shapes/stars", "1375 star polygons drawn by a program")
    assert len(posters) == 15
    assert ("signs_and_symbols/stop_sign_miguel_s_nchez_", "623 million pixels") in posters
    assert len(clipart) + 1375 + 15 == 6900
