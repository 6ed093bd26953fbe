"""The ridge probe: what a linear map reads out of a representation where the label is a quantity."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Items, Outcome

GRID = tuple(10.0**k for k in range(-3, 4))
DETAILS = {
    "regression": "ridge on standardised features",
    "alpha": "a multiple of the training items, chosen on validation items among " + ", ".join(f"{a:g}" for a in GRID),
    "items": "every natural view is one",
}


def ridge(train: Items, valid: Items, test: Items) -> Outcome:
    """R2 and mean absolute error of ridge regression, its penalty chosen on `valid`; `test` is scored once.

    R2 is 1 - (sum of squared errors) / (sum of squares around the test items' mean): 0 for who always says the mean,
    below 0 for who does worse. The error is in the label's own unit. Of equally good penalties the strongest is taken.

    Args:
        train: what the map is fitted to; `y` are quantities.
        valid: what alpha is chosen by; where fewer than two, the middle of the grid is taken.
        test: what is scored.
    """
    mean, deviation = train.x.mean(0), train.x.std(0)
    scale = np.where(deviation > 1e-6 * max(1e-30, float(deviation.max())), deviation, np.inf)
    x, choose_by, scored = ((items.x.astype(np.float64) - mean) / scale for items in (train, valid, test))
    centre = float(train.y.mean())
    # One decomposition serves the whole grid: w(a) = V diag(s / (s^2 + a n)) U^T y.
    left, singular, right = np.linalg.svd(x, full_matrices=False)
    toward = left.T @ (train.y - centre)

    def fitted(alpha: float, at: np.ndarray) -> np.ndarray:
        return at @ (right.T @ (toward * singular / (np.square(singular) + alpha * len(x)))) + centre

    alpha = GRID[len(GRID) // 2]
    if len(valid) > 1:
        errors = {a: float(np.square(fitted(a, choose_by) - valid.y).sum()) for a in reversed(GRID)}
        alpha = min(errors, key=errors.__getitem__)
    predicted = fitted(alpha, scored)
    around = float(np.square(test.y - test.y.mean()).sum())
    off = float(np.square(predicted - test.y).sum())
    r2 = 1 - off / around if around > 0 else 0.0
    return Outcome({"R2": r2, "MAE": float(np.abs(predicted - test.y).mean())}, {"alpha": alpha})
