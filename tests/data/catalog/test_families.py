"""Families of emoji: variants share a base name, different things do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coview.data.catalog.reading.families import base_name, merge


@pytest.mark.parametrize(
    "family",
    [
        "cook man-cook woman-cook man-cook-medium-light-skin-tone",
        "person man woman person-dark-skin-tone",
        "child boy girl",
        "person-running man-running woman-running woman-running-facing-right man-running-facing-right-dark-skin-tone",
        "people-holding-hands men-holding-hands women-holding-hands woman-and-man-holding-hands",
        "people-holding-hands people-holding-hands-dark-skin-tone-medium-light-skin-tone",
        "family family-man-woman-girl-boy family-adult-child",
        "kiss kiss-woman-man",
        "merperson mermaid merman",
        "person-with-crown prince princess",
        "santa-claus mrs-claus mx-claus",
        "backhand-index-pointing-left backhand-index-pointing-up",
        "left-facing-fist right-facing-fist",
        "up-arrow down-arrow up-left-arrow left-right-arrow",
        "play-button reverse-button upwards-button",
        "thumbs-up thumbs-down",
        "mens-room womens-room",
    ],
)
def test_variants_share_a_base_name(family):
    assert len({base_name(name) for name in family.split()}) == 1


@pytest.mark.parametrize(
    "names",
    [
        "luggage left-luggage",
        "kiss kiss-mark",
        "red-circle blue-circle",
        "one-oclock two-oclock",
        "mans-shoe womans-boot",
        "cook cooking",
        "person-red-hair person-white-hair",
        "newspaper rolled-up-newspaper",
        "person-walking person-running",
        "index-pointing-up backhand-index-pointing-up",
        "dark-something something",
        "man man-cook",
    ],
)
def test_different_things_do_not(names):
    assert len({base_name(name) for name in names.split()}) == len(names.split())


def test_a_shared_drawing_joins_two_families_across_a_third():
    families = merge(["norway", "svalbard", "france", "bouvet"], [[0, 1], [2], [1, 3]])
    assert families == ["bouvet", "bouvet", "france", "bouvet"]


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12), st.data())
def test_merging_joins_all_that_share_and_nothing_else(names, data):
    pair = st.lists(st.integers(0, len(names) - 1), min_size=1, max_size=3)
    same = data.draw(st.lists(pair, max_size=4))
    merged = merge(names, same)
    links = [{names[i] for i in group} for group in same] + [{name} for name in names]
    pools = []
    for link in links:
        touched = [pool for pool in pools if pool & link]
        pools = [pool for pool in pools if not pool & link] + [link.union(*touched)]
    expected = [next(min(pool) for pool in pools if name in pool) for name in names]
    assert merged == expected
