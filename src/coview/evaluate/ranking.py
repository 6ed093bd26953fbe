"""Ranking: whether what is said of a person finds what they take next, among everything there is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from coview.evaluate.items import Outcome
from coview.evaluate.least_squares import LeastSquares
from coview.evaluate.standard import standardised

AT = (10, 20)
GRID = tuple(10.0**k for k in range(-4, 4))
DETAILS = {
    "scores": "ridge regression from the standardised representation, and a constant, to everything on the right",
    "alpha": "a multiple of the rows, chosen by NDCG@10 on validation links among " + ", ".join(f"{a:g}" for a in GRID),
    "ranking": "all candidates; those already known are left out, none is sampled",
}


def ranking(z: np.ndarray, train: np.ndarray, valid: np.ndarray, test: np.ndarray, right: int) -> Outcome:
    """Recall@K and NDCG@K over the full ranking of everything on the right, for each thing on the left.

    Recall@K is the share of a row's held-out links among its first K; NDCG@K weighs a hit at place p by
    1 / log2(p + 1), divided by what the best order would reach. Means over the rows that have held-out links. The map
    is linear, so that what is scored is what the representation holds.

    Paper: On Sampled Metrics for Item Recommendation. Krichene, Rendle. KDD 2020. https://doi.org/10.1145/3394486.3403226
    (why all candidates are ranked).

    Args:
        z: `(L, D)` representations of the left.
        train: `(n, 2)` links seen, numbers on the left and on the right.
        valid: those that alpha is chosen by; where empty, the middle of the grid is taken.
        test: those scored.
        right: R, how many there are on the right.
    """
    x = standardised(z)[0]
    seen, chosen_by, asked = (marks(part, len(z), right) for part in (train, valid, test))
    popular = np.asarray(seen.mean(0)).ravel()
    solved = LeastSquares(x, seen)

    def found(alpha: float, wanted: csr_array, known: csr_array) -> dict[str, float]:
        weights, at = solved.weights(alpha), x - solved.mean
        return tiled(lambda rows: at[rows] @ weights + popular, wanted, known)

    alpha = GRID[len(GRID) // 2]
    if len(valid):
        good = {a: found(a, chosen_by, seen)["NDCG@10"] for a in reversed(GRID)}
        alpha = max(good, key=good.__getitem__)
    return Outcome(found(alpha, asked, seen + chosen_by), {"alpha": alpha})


def popularity(train: np.ndarray, valid: np.ndarray, test: np.ndarray, left: int, right: int) -> dict[str, float]:
    """The same metrics where everyone is offered what most have taken.

    Args:
        train, valid, test: `(n, 2)` links, as of `ranking`.
        left: L, how many there are on the left.
        right: R, how many there are on the right.
    """
    seen, chosen_by, asked = (marks(part, left, right) for part in (train, valid, test))
    often = np.asarray(seen.sum(0), dtype=float).ravel()
    return tiled(lambda rows: np.broadcast_to(often, (len(rows), right)), asked, seen + chosen_by)


def marks(pairs: np.ndarray, left: int, right: int) -> csr_array:
    """Links as a sparse table `(left, right)` of ones."""
    table = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(left, right))
    table.data[:] = 1  # a link that is named twice is one
    return table


def tiled(
    scored: Callable[[np.ndarray], np.ndarray], wanted: csr_array, known: csr_array, cells: int = 1 << 22
) -> dict[str, float]:
    """`top` over all rows, so many at a time that a table of scores stays small.

    Args:
        scored: rows -> scores `(n, R)`.
        wanted: `(L, R)`.
        known: `(L, R)`.
        cells: scores at a time.
    """
    assert wanted.shape is not None
    rows = np.flatnonzero(np.diff(wanted.indptr))
    step = max(1, cells // wanted.shape[1])
    parts: list[dict[str, np.ndarray]] = []
    for start in range(0, max(1, len(rows)), step):
        at = rows[start : start + step]
        parts.append(each(scored(at), wanted[at].toarray() > 0, known[at].toarray() > 0))
    every = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {name: float(values.mean()) if len(values) else 0.0 for name, values in every.items()}


def top(score: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """Recall@K and NDCG@K of scores `(L, R)`, where `known` are left out and `wanted` are to be found, both bool.

    The mean over rows that want something; 0 where none does.
    """
    return {name: float(values.mean()) if len(values) else 0.0 for name, values in each(score, wanted, known).items()}


def each(score: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
    """`top` of each row that wants something. Equal scores are ranked in one random order of the right, seed 0.

    Args:
        score: `(L, R)`.
        wanted, known: `(L, R)` bool.

    Returns:
        By metric, `(l,)` of the l rows that want something they do not know.
    """
    rows = (wanted & ~known).any(1)
    shuffled = np.random.default_rng(0).permutation(score.shape[1])
    score, wanted, known = (table[rows][:, shuffled] for table in (score, wanted & ~known, known))
    order = np.argsort(-np.where(known, -np.inf, score), axis=1, kind="stable")[:, : max(AT)]
    hit = np.take_along_axis(wanted, order, 1)
    gain = 1 / np.log2(np.arange(2, max(AT) + 2))
    count = wanted.sum(1)
    found = {f"Recall@{k}": hit[:, :k].sum(1) / np.maximum(count, 1) for k in AT}
    for k in AT:
        best = gain[:k].cumsum()[np.clip(count, 1, k) - 1]
        found[f"NDCG@{k}"] = (hit[:, :k] * gain[:k][: hit.shape[1]]).sum(1) / best
    return found
