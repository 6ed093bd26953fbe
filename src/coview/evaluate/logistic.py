"""Logistic regression from strong regularisation to weak: what probes choose their C among."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

GRID = (1e-3, 1e-2, 1e-1, 1.0)
"""C of pairs and of words."""
MAX_ITER = 1000
TOLERANCE = 1e-4
"""Of the gradient: at 1e-3 a probe stops a point of accuracy too early where classes differ in directions of little
variance."""


def probes(
    x: np.ndarray,
    y: np.ndarray,
    grid: tuple[float, ...],
    *,
    choose: bool,
    max_iter: int = MAX_ITER,
    tolerance: float = TOLERANCE,
) -> Iterator[tuple[float, Any]]:
    """Each C and scikit-learn's `LogisticRegression` fitted with it, going on from the fit before.

    It is one object that is fitted again: what is wanted of it is taken before the next C.

    Args:
        x: `(n, D)` standardised features.
        y: `(n,)` classes, at least two.
        grid: values of C, ascending.
        choose: whether there are items to choose by; else the middle of the grid alone is fitted.
        max_iter: of L-BFGS; a fit that reaches it is taken as it is.
        tolerance: of the gradient, at which a fit ends.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    probe = LogisticRegression(max_iter=max_iter, tol=tolerance, warm_start=True)
    for c in grid if choose else (grid[len(grid) // 2],):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is part of the protocol
            probe.set_params(C=c).fit(x, y)
        yield c, probe
