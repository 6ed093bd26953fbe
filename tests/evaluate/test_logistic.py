"""Probes along C: each ends where it would have begun alone, and without anything to choose by there is one."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from coview.evaluate.logistic import GRID, probes


def told(n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    return rng.normal(size=(n, 5)) + np.eye(3, 5)[y], y


def test_going_on_from_the_fit_before_finds_what_a_fit_alone_does() -> None:
    x, y = told()
    met = []
    for c, probe in probes(x, y, GRID, choose=True, tolerance=1e-9):
        met.append(c)
        alone = LogisticRegression(C=c, tol=1e-9, max_iter=5000).fit(x, y)
        np.testing.assert_allclose(probe.coef_, alone.coef_, atol=1e-5)
    assert met == list(GRID)


def test_with_nothing_to_choose_by_the_middle_of_the_grid_alone_is_fitted() -> None:
    assert [c for c, _ in probes(*told(), (0.1, 1.0, 10.0), choose=False)] == [1.0]
