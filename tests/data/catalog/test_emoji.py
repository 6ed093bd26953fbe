"""Emoji: four artists, one concept; families share a split."""

from collections import Counter

import numpy as np
import pytest

from coview.data import catalog
from coview.data.catalog.reading.families import base_name
from tests.data.catalog.real import by, check_shape, real

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def emoji():
    return real("emoji")


def drawn(source):
    return np.array([[drawing is not None for drawing in row] for row in source.columns["drawing"].items])


def test_it_is_a_sound_source(emoji):
    check_shape(emoji)


def test_counts(emoji):
    assert Counter(drawn(emoji).sum(1).tolist()) == {4: 1594, 3: 84, 2: 272}


def test_shares_of_the_split(emoji):
    assert Counter(emoji.split) == {"train": 1367, "valid": 205, "test": 378}


def test_a_drawing_is_small_colour_pixels_with_something_on_them(emoji):
    pixels = [drawing for row in emoji.columns["drawing"].items for drawing in row if drawing is not None]
    assert {(p.shape, p.dtype) for p in pixels} == {((36, 36, 3), np.dtype(np.uint8))}
    assert min(p.std() for p in pixels) > 1


def test_four_artists_drew_a_red_apple_red(emoji):
    for drawing in emoji.columns["drawing"].items[by(emoji, "red-apple")]:
        red, green, blue = drawing[12:28, 10:26].reshape(-1, 3).mean(0)
        assert red > green + 60
        assert red > blue + 60


def test_names_are_words(emoji):
    assert emoji.columns["name"].items[by(emoji, "black-cat")] == ["black cat"]
    assert not any("-" in text for (text,) in emoji.columns["name"].items)


def test_artists_who_call_a_thing_differently_still_meet(emoji):
    assert drawn(emoji)[by(emoji, "pinata")].all()
    assert drawn(emoji)[by(emoji, "merman")].all()


def test_no_skin_tones(emoji):
    assert not [name for name in emoji.names if "skin-tone" in name]


def test_categories_are_the_nine_of_unicode(emoji):
    assert len(set(emoji.labels["category"].tolist())) == 9
    assert emoji.labels["category"][by(emoji, "crab")] == "Animals Nature"


def test_a_base_name_lies_in_one_split(emoji):
    sides = {}
    for name, part in zip(emoji.names, emoji.split, strict=True):
        sides.setdefault(base_name(name), set()).add(part)
    assert all(len(parts) == 1 for parts in sides.values())


def test_no_artists_drawing_lies_in_two_splits(emoji):
    sides = {}
    for row, part in zip(emoji.columns["drawing"].items, emoji.split, strict=True):
        for artist, drawing in enumerate(row):
            if drawing is not None:
                sides.setdefault((artist, drawing.tobytes()), set()).add(part)
    assert [parts for parts in sides.values() if len(parts) > 1] == []


def test_the_base_name_of_a_base_name_is_itself(emoji):
    bases = {base_name(name) for name in emoji.names}
    assert {base for base in bases if base_name(base) != base} == set()


def test_least_keeps_what_all_four_drew(emoji):
    assert len(catalog.source("emoji", least=4)) == 1594


def test_every_artist_is_credited(emoji):
    for artist in ("Noto", "Twemoji", "OpenMoji", "Fluent"):
        assert artist in emoji.about["credit"]
