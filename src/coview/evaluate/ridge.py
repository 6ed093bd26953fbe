"""The ridge probe: what a linear map reads out of a representation where the label is a quantity."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Items, Outcome
from coview.evaluate.least_squares import LeastSquares
from coview.evaluate.standard import standardised

GRID = tuple(10.0**k for k in range(-3, 4))
MOST = 20_000
DETAILS = {
    "regression": "ridge on standardised features",
    "alpha": "a multiple of the training items, chosen on validation items among " + ", ".join(f"{a:g}" for a in GRID),
    "items": f"every natural view is one; of training items at most {MOST}",
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
    train = train.most(MOST)
    x, choose_by, scored = standardised(train.x, valid.x, test.x)
    centre = float(train.y.mean())
    solved = LeastSquares(x, train.y[:, None] - centre)

    def fitted(alpha: float, at: np.ndarray) -> np.ndarray:
        return solved.predict(at, alpha)[:, 0] + centre

    alpha = GRID[len(GRID) // 2]
    if len(valid) > 1:
        errors = {a: float(np.square(fitted(a, choose_by) - valid.y).sum()) for a in reversed(GRID)}
        alpha = min(errors, key=errors.__getitem__)
    predicted = fitted(alpha, scored)
    around = float(np.square(test.y - test.y.mean()).sum())
    off = float(np.square(predicted - test.y).sum())
    r2 = 1 - off / around if around > 0 else 0.0
    return Outcome({"R2": r2, "MAE": float(np.abs(predicted - test.y).mean())}, {"alpha": alpha})
