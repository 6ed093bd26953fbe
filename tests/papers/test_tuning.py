from __future__ import annotations

import math

import pytest

from coview.papers.tuning import FURTHER, tune


def peak(at: float):
    """A score that falls off either way from a rate."""
    return lambda rate: 10 - abs(math.log(rate / at))


@pytest.mark.parametrize(
    ("at", "tried"),
    [
        (1e-3, {2.5e-4, 1e-3, 4e-3}),
        (4e-3, {1e-3, 4e-3, 1.6e-2}),
        (1.6e-2, {1e-3, 4e-3, 1.6e-2, 6.4e-2}),
        (2e-4, {6.25e-5, 2.5e-4, 1e-3, 4e-3}),
    ],
)
def test_rates_are_tried_until_the_best_lies_between_two_others(at: float, tried: set[float]) -> None:
    best, found = tune((1e-3, 4e-3), peak(at))
    assert set(found) == tried
    assert list(found) == sorted(found)
    assert best == max(found, key=lambda rate: found[rate] or -math.inf)
    assert min(found) < best < max(found)


def test_a_score_that_never_falls_is_followed_so_far() -> None:
    best, found = tune((1e-3, 4e-3), lambda rate: rate)
    assert len(found) == 2 + FURTHER
    assert best == max(found) == pytest.approx(1e-3 * 4 ** (1 + FURTHER), rel=0.01)


def test_of_equal_scores_the_lower_rate_counts() -> None:
    assert tune((1e-3, 2e-3, 4e-3), {5e-4: 0.0, 1e-3: 1.0, 2e-3: 1.0, 4e-3: 0.5}.get)[0] == 1e-3


def test_a_rate_that_diverges_is_none() -> None:
    best, found = tune((1e-3, 4e-3), lambda rate: None if rate > 4e-3 else rate)
    assert best == 4e-3
    assert found[1.6e-2] is None
    with pytest.raises(ValueError, match="every learning rate"):
        tune((1e-3, 4e-3), lambda rate: math.nan)


def test_one_rate_alone_is_not_tried() -> None:
    assert tune((1e-3,), lambda rate: pytest.fail("tried")) == (1e-3, {})
