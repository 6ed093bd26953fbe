"""Fashion-MNIST: the authors' counts, classes and split."""

from collections import Counter

import numpy as np
import pytest

from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def fashion():
    return real("fashion-mnist")


def test_it_is_a_sound_source(fashion):
    check_shape(fashion)


def test_counts_and_split(fashion):
    assert Counter(fashion.split) == {"train": 60_000, "test": 10_000}
    assert set(Counter(fashion.labels["class"].tolist()).values()) == {7_000}


def test_pictures_and_labels_belong_together(fashion):
    """Trousers are narrow: little ink in the outer columns, where a pullover has its sleeves."""
    pictures = np.stack([picture for (picture,) in fashion.columns["image"].items[:5000]])
    sides = pictures[:, :, [2, 3, 4, 23, 24, 25]].mean((1, 2))
    classes = fashion.labels["class"][:5000]
    assert 4 * sides[classes == "trouser"].mean() < sides[classes == "pullover"].mean()
