"""Weighted nearest neighbours: what a representation says without any training."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Items, Outcome, accuracies, unit

K = 20
TEMPERATURE = 0.07
TIE = 1e-6
"""Cosines nearer than this are the same: float32 rounding must not choose among copies."""
DETAILS = {
    "k": K,
    "temperature": TEMPERATURE,
    "similarity": "cosine",
    "ties": "those as near as the k-th share the places left",
    "items": "every natural view is one",
}


def knn(train: Items, valid: Items, test: Items, classes: int) -> Outcome:
    """Accuracy of the weighted vote of the k nearest training items; nothing is chosen.

    Classes are rarely of equal size: `balanced accuracy` is the mean over classes.

    Paper: Unsupervised Feature Learning via Non-Parametric Instance Discrimination. Wu, Xiong, Yu, Lin. CVPR 2018.
    https://arxiv.org/abs/1805.01978 (section 3.4); k = 20 and temperature 0.07 as in DINO, https://arxiv.org/abs/2104.14294.

    Args:
        train: the gallery.
        valid: not read.
        test: the queries.
        classes: C.
    """
    votes = knn_votes(train.x, train.y, test.x, classes)
    return Outcome(accuracies(votes.argmax(1), test.y), {})


def knn_votes(
    gallery: np.ndarray, y: np.ndarray, queries: np.ndarray, classes: int, k: int = K, temperature: float = TEMPERATURE
) -> np.ndarray:
    """`(q, C)`: for each class the sum of `exp(cos / temperature)` over its items among the k nearest.

    Items as near as the k-th share the places that are left: the order of the gallery changes nothing, and an
    embedding that says the same of everything votes as its classes are frequent.

    Args:
        gallery: `(n, D)`, n >= 1.
        y: `(n,)` class codes.
        queries: `(q, D)`.
        classes: C.
        k: neighbours; all where there are fewer.
        temperature: in units of cosine similarity.
    """
    gallery, queries, k = unit(gallery), unit(queries), min(k, len(gallery))
    votes = np.zeros((len(queries), classes))
    step = max(1, (1 << 24) // len(gallery))
    for start in range(0, len(queries), step):
        similarity = queries[start : start + step] @ gallery.T
        near = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
        cosine = np.take_along_axis(similarity, near, axis=1).astype(np.float64)
        weight = np.exp((cosine - cosine.max(1, keepdims=True)) / temperature)
        rows = np.repeat(np.arange(start, start + len(near)), k)
        np.add.at(votes, (rows, y[near].ravel()), weight.ravel())
        last = cosine.min(1, keepdims=True)
        for row in np.flatnonzero((similarity >= last - TIE).sum(1) > k):
            tied = np.abs(similarity[row] - last[row]) <= TIE
            sure = similarity[row] > last[row] + TIE
            best = cosine[row].max()
            share = (k - sure.sum()) / tied.sum() * np.exp((last[row] - best) / temperature)
            kept = np.exp((similarity[row, sure].astype(np.float64) - best) / temperature)
            counts = np.bincount(y[sure], kept, minlength=classes) + share * np.bincount(y[tied], minlength=classes)
            votes[start + row] = counts
    return votes
