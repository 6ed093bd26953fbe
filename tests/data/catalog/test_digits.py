"""Digits: there without fetching anything; more with one package."""

from collections import Counter

import numpy as np
import pytest

from coview.data import catalog
from tests.data.catalog.real import check_shape, real


def test_the_optical_digits_need_no_fetching(cache):
    source = catalog.source("digits")
    check_shape(source)
    assert set(source.labels["domain"].tolist()) == {"optical"}
    assert len(source) == 1797
    assert not cache.exists()


def test_grey_values_use_the_whole_range(cache):
    pictures = np.stack([picture for (picture,) in catalog.source("digits").columns["image"].items])
    assert (pictures.dtype, pictures.min(), pictures.max(), pictures.shape[1:]) == (np.uint8, 0, 255, (8, 8))


def test_an_optical_digit_keeps_its_split_when_others_come(cache):
    alone = catalog.source("digits")
    assert Counter(alone.split).keys() == {"train", "valid", "test"}
    assert alone.names[:2] == ["optical-0000", "optical-0001"]


def test_both_collections():
    source = real("digits")
    check_shape(source)
    assert Counter(source.labels["domain"].tolist()) == {"mnist": 5000, "optical": 1797}
    of_mnist = source.labels["digit"][source.labels["domain"] == "mnist"]
    assert Counter(of_mnist.tolist()) == dict.fromkeys(range(10), 500)


@pytest.mark.parametrize("domain", ["mnist", "optical"])
def test_a_zero_is_empty_in_the_middle_and_a_one_is_not(domain):
    source = real("digits")
    rows = {d: (source.labels["domain"] == domain) & (source.labels["digit"] == d) for d in (0, 1)}
    items = source.columns["image"].items
    middle = {d: np.mean([middle_ink(items[i][0]) for i in np.flatnonzero(row)]) for d, row in rows.items()}
    assert 3 * middle[0] < middle[1]


def middle_ink(picture):
    half = len(picture) // 2
    return picture[half - 1 : half + 1, half - 1 : half + 1].mean()
