"""The linear probe: what a linear classifier reads out of a representation."""

from __future__ import annotations

import math

import numpy as np

from coview.evaluate.items import Items, Outcome, accuracies
from coview.evaluate.logistic import MAX_ITER, TOLERANCE, probes
from coview.evaluate.standard import standardised

GRID = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
MOST = 20_000
DETAILS = {
    "classifier": "multinomial logistic regression on standardised features",
    "C": "chosen on validation items among " + ", ".join(f"{c:g}" for c in GRID) + ", until one scores "
    "a standard error lower than the best",
    "max_iter": MAX_ITER,
    "tolerance": TOLERANCE,
    "training items": f"at most {MOST}",
    "items": "every natural view is one",
}


PASSES = 100
"""About how often a probe goes through its features in all."""


def linear(train: Items, valid: Items, test: Items, classes: int) -> Outcome:
    """Accuracy of logistic regression, its strength of regularisation chosen on `valid`; `test` is scored once.

    Features are standardised by the training items' mean and deviation. Of equally good C the strongest
    regularisation is taken; once a weaker one has scored lower than the best by more than a standard error of that
    score, still weaker ones, which take longest to fit, are not tried. (A smaller drop is no sign: embeddings of low
    rank are read at chance under strong regularisation, and best under weak.)

    Args:
        train: what the classifier is fitted to.
        valid: what C is chosen by; where empty, the middle of the grid is taken.
        test: what is scored.
        classes: not read.
    """
    train = train.most(MOST)
    x, choose_by, scored = spanned(*standardised(train.x, valid.x, test.x), classes=len(np.unique(train.y)))
    best_score, chosen, predicted = -1.0, GRID[0], test.y
    for c, probe in probes(x, train.y, GRID, choose=len(valid) > 0):
        score = float(np.mean(np.equal(probe.predict(choose_by), valid.y))) if len(valid) else 0.0
        if score < best_score - _standard_error(best_score, len(valid)):
            break
        if score > best_score:
            best_score, chosen, predicted = score, c, np.asarray(probe.predict(scored))
    return Outcome(accuracies(predicted, test.y), {"C": chosen})


def _standard_error(accuracy: float, n: int) -> float:
    return math.sqrt(max(0.0, accuracy * (1 - accuracy)) / max(1, n))


def spanned(train: np.ndarray, *others: np.ndarray, classes: int) -> list[np.ndarray]:
    """Features as coordinates in the span of the training items, where that is of fewer dimensions and worth its while.

    The weights that solve a problem with a quadratic penalty lie in that span, so the same ones are found: raw pixels
    of a few hundred pictures are as many numbers a picture. Paper: A Generalized Representer Theorem. Schoelkopf et
    al. COLT 2001.

    Args:
        train: `(n, D)`, n at least 1.
        others: `(m, D)` each.
        classes: K. The basis costs as much as n / 2K times going through the features.
    """
    n, dim = train.shape
    if 2 * n > dim or n > 2 * classes * PASSES:
        return [train, *others]
    basis = np.linalg.qr(train.T)[0]
    return [x @ basis for x in (train, *others)]
