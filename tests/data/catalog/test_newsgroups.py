"""Twenty Newsgroups: the usual counts and split, and texts that belong to their groups."""

from collections import Counter

import pytest

from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def newsgroups():
    return real("newsgroups")


def test_it_is_a_sound_source(newsgroups):
    check_shape(newsgroups)


def test_counts_and_split(newsgroups):
    assert Counter(newsgroups.split) == {"train": 11_293, "test": 7_528}
    assert len(set(newsgroups.labels["newsgroup"].tolist())) == 20


def test_posts_and_groups_belong_together(newsgroups):
    """Who writes to rec.sport.hockey writes of hockey."""
    hockey = newsgroups.labels["newsgroup"] == "rec.sport.hockey"
    told = [" hockey " in f" {text} " for (text,) in newsgroups.columns["post"].items]
    share = [sum(t for t, h in zip(told, hockey.tolist(), strict=True) if h is kind) for kind in (True, False)]
    assert share[0] > 0.3 * hockey.sum()
    assert share[1] < 0.02 * (~hockey).sum()
