"""Mutual information of columns: scikit-learn counts the same."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.metrics import mutual_info_score

from coview.nn.association import MOST, Association
from coview.nn.columns import ColumnLayout


def rows(n: int = 600) -> torch.Tensor:
    """A word, the same doubled, one that knows nothing, a number that follows the first, at times missing."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 4, n)
    number = np.where(rng.random(n) < 0.2, np.nan, first - 1.5 + 0.1 * rng.normal(size=n))
    return torch.from_numpy(np.stack([first, 2 * first, rng.integers(0, 3, n), number], 1)).float()


def test_information_is_that_of_scikit_learn_whatever_the_steps() -> None:
    counted = Association(ColumnLayout.of([4, 8, 3, 0]), numbers=8)
    bins = counted.bins(rows())
    for some in bins.split(130):
        counted.add(some)
    want = [[mutual_info_score(a, b) for b in bins.T.numpy()] for a in bins.T.numpy()]
    found = torch.stack([counted.information(column) for column in torch.arange(4)])
    torch.testing.assert_close(found, torch.tensor(want, dtype=torch.float64), rtol=1e-5, atol=1e-6)


def test_numbers_fall_into_bins_as_likely_as_each_other_and_what_is_missing_into_its_own() -> None:
    counted = Association(ColumnLayout.of([0]), numbers=4)
    found = counted.bins(torch.tensor([[-9.0], [-0.5], [0.5], [9.0], [torch.nan]]))
    assert found[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_words_are_told_apart_as_long_as_their_pairs_fit() -> None:
    few, many = Association(ColumnLayout.of([0, 900])), Association(ColumnLayout.of([0, 900, *[3] * 62]))
    codes = torch.arange(900.0)
    assert len(few.bins(torch.stack([codes, codes], 1))[:, 1].unique()) == 900
    assert many.pairs.numel() <= 1.1 * MOST


def test_bins_are_fewer_where_columns_are_many() -> None:
    many = Association(ColumnLayout.of([0] * 400))
    assert many.pairs.numel() <= MOST
    assert len(many.bins(torch.randn(500, 400).sort(0).values)[:, 7].unique()) == many.numbers > 2


def test_before_anything_was_counted_nothing_tells_of_anything() -> None:
    assert not Association(ColumnLayout.of([0, 3])).information(torch.tensor(1)).any()
