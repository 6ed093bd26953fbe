"""Stamps: four slots, many of them missing."""

import pytest
from PIL import Image

from coview.data import catalog
from coview.errors import UserError
from tests.data.catalog.real import by, check_shape, real, unreadable


@pytest.fixture(scope="module")
def stamps():
    return real("stamps")


def there(column):
    return [sum(row[i] is not None for row in column.items) for i in range(len(column.items[0]))]


def test_it_is_a_sound_source(stamps):
    check_shape(stamps)


def test_counts(stamps):
    assert there(stamps.columns["image"]) == [950]
    assert there(stamps.columns["caption"]) == [950, 949, 949, 950, 945, 949, 949, 950]
    assert there(stamps.columns["speech"]) == [65, 692, 915, 915, 322, 657, 888, 925, 88, 6, 67, 15, 918, 918]
    assert there(stamps.columns["sound"]) == [134]
    assert len(set(stamps.labels["category"].tolist())) == 16


def test_captions_in_the_languages_asked_for(stamps):
    row = by(stamps, "food/fruit/strawberry")
    two = catalog.source("stamps", captions=["en", "de"]).columns["caption"]
    assert two.views == ("en", "de")
    assert two.items[row] == ["A strawberry.", "Eine Erdbeere."]


def test_all_captions(stamps):
    column = catalog.source("stamps", captions="all").columns["caption"]
    assert len(column.views) == 78
    assert sum(there(column)[1:]) == 61_390


def test_an_unknown_language_is_refused(stamps):
    with pytest.raises(UserError, match="no captions in 'xx'"):
        catalog.source("stamps", captions="en,xx")


def test_drawings_without_pixels_are_rendered(stamps):
    path = stamps.columns["image"].items[by(stamps, "people/body_parts/wig")][0]
    with Image.open(path) as picture:
        assert max(picture.size) == 256
        assert picture.getchannel("A").getextrema() == (0, 255)


def test_items_can_be_read(stamps):
    for slot in stamps.columns:
        assert unreadable(stamps, slot, range(0, len(stamps), 40)) == []


def test_captions_without_a_picture_are_named(stamps):
    assert [name for name, _ in stamps.skipped] == ["seasonal/christmas/gift", "seasonal/christmas/gift2"]
