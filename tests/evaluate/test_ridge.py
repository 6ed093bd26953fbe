"""The ridge probe against scikit-learn, and what is a quantity."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score

from coview.evaluate.items import Items
from coview.evaluate.quantities import quantity_of
from coview.evaluate.ridge import GRID, ridge


def items(x: np.ndarray, y: np.ndarray) -> Items:
    return Items(x.astype(np.float32), y, np.arange(len(y)))


def sets(noise: float = 0.5) -> list[Items]:
    rng = np.random.default_rng(0)
    weight = rng.normal(size=6)
    found = []
    for n in (80, 30, 40):
        x = rng.normal(2.0, 3.0, (n, 6))
        found.append(items(x, x @ weight + 100 + noise * rng.normal(size=n)))
    return found


def test_numbers_are_those_of_scikit_learn_at_the_alpha_that_is_best_on_validation_items() -> None:
    train, valid, test = sets()
    mean, std = train.x.mean(0), train.x.std(0)
    x = [(part.x - mean) / std for part in (train, valid, test)]
    fits = {a: Ridge(alpha=a * len(train)).fit(x[0], train.y) for a in GRID}
    best = max(GRID, key=lambda a: r2_score(valid.y, fits[a].predict(x[1])))
    told = fits[best].predict(x[2])
    found = ridge(train, valid, test)
    assert found.choices == {"alpha": best}
    assert found.metrics["R2"] == pytest.approx(r2_score(test.y, told), rel=1e-5)
    assert found.metrics["MAE"] == pytest.approx(mean_absolute_error(test.y, told), rel=1e-5)


def test_features_that_say_nothing_have_an_r2_of_about_zero() -> None:
    train, valid, test = (items(np.ones((len(p), 3)), p.y) for p in sets())
    assert ridge(train, valid, test).metrics["R2"] == pytest.approx(0, abs=0.05)


def test_without_validation_items_the_middle_of_the_grid_is_taken() -> None:
    train, _, test = sets()
    assert ridge(train, train.take(np.arange(0)), test).choices == {"alpha": 1.0}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.5, None, 2.0], [1.5, np.nan, 2.0]),
        ([0.5, float("inf"), 1.0], [0.5, np.nan, 1.0]),
        ([1.0, 2.0, np.nan], None),
        (["a", "b", "a"], None),
    ],
)
def test_quantities_are_numbers_that_are_not_whole(values: list[object], expected: list[float] | None) -> None:
    found = quantity_of(np.array(values, dtype=object))
    assert (found is None) == (expected is None)
    if expected is not None:
        np.testing.assert_array_equal(found, expected)
