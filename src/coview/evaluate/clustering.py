"""Clustering: whether classes lie apart by themselves."""

from __future__ import annotations

import warnings

import numpy as np

from coview.evaluate.items import Items, Outcome, unit

MOST = 10_000
DETAILS = {
    "clusters": "k-means on vectors of length 1, as many as classes, best of 10 starts, seed 0",
    "fitted to": "the scored items, without labels",
    "items": f"every natural view is one, at most {MOST}",
}


def clustering(train: Items, valid: Items, test: Items, classes: int) -> Outcome:
    """Normalised mutual information, adjusted Rand index, and accuracy under the best naming of clusters.

    Args:
        train: not read.
        valid: not read.
        test: what is clustered and scored.
        classes: not read; as many clusters as `test` has classes.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    test = test.most(MOST)
    means = KMeans(len(np.unique(test.y)), n_init=10, random_state=0)  # type: ignore[arg-type]  # an int is meant
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different items than classes: the score says so
        found = means.fit_predict(unit(test.x))
    return Outcome(
        {
            "NMI": float(normalized_mutual_info_score(test.y, found)),
            "ARI": float(adjusted_rand_score(test.y, found)),
            "accuracy": hungarian_accuracy(found, test.y),
        },
        {},
    )


def hungarian_accuracy(clusters: np.ndarray, y: np.ndarray) -> float:
    """The share that is right once each cluster is named after a class of its own, in the best way.

    The assignment problem is Kuhn's (1955), solved by scipy.

    Args:
        clusters: `(n,)` any codes.
        y: `(n,)` class codes.
    """
    from scipy.optimize import linear_sum_assignment

    _, a = np.unique(clusters, return_inverse=True)
    _, b = np.unique(y, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1), dtype=np.int64)
    np.add.at(table, (a, b), 1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / len(y))
