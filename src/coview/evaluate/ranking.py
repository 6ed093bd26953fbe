"""Ranking: whether what is said of a person finds what they take next, among everything there is."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Outcome

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
    mean, deviation = z.mean(0), z.std(0)
    scale = np.where(deviation > 1e-6 * max(1e-30, float(deviation.max())), deviation, np.inf)
    x = (z.astype(np.float64) - mean) / scale
    seen, chosen_by, asked = (marks(part, len(z), right) for part in (train, valid, test))
    popular = seen.mean(0)
    left, singular, _ = np.linalg.svd(x, full_matrices=False)
    toward = left.T @ (seen - popular)

    def scored(alpha: float) -> np.ndarray:
        shrink = np.square(singular) / (np.square(singular) + alpha * len(z))
        return left @ (shrink[:, None] * toward) + popular

    alpha = GRID[len(GRID) // 2]
    if len(valid):
        good = {a: top(scored(a), chosen_by, seen)["NDCG@10"] for a in reversed(GRID)}
        alpha = max(good, key=good.__getitem__)
    return Outcome(top(scored(alpha), asked, seen | chosen_by), {"alpha": alpha})


def popularity(train: np.ndarray, valid: np.ndarray, test: np.ndarray, left: int, right: int) -> dict[str, float]:
    """The same metrics where everyone is offered what most have taken."""
    seen, chosen_by, asked = (marks(part, left, right) for part in (train, valid, test))
    return top(np.broadcast_to(seen.sum(0, dtype=float), seen.shape), asked, seen | chosen_by)


def marks(pairs: np.ndarray, left: int, right: int) -> np.ndarray:
    """Links as a table `(left, right)` bool."""
    table = np.zeros((left, right), bool)
    table[pairs[:, 0], pairs[:, 1]] = True
    return table


def top(score: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """Recall@K and NDCG@K of scores `(L, R)`, where `known` are left out and `wanted` are to be found, both bool.

    Of equal scores the later one comes first, whatever is wanted.
    """
    rows = (wanted & ~known).any(1)
    wanted = (wanted & ~known)[rows]
    if not rows.any():
        return {f"{name}@{k}": 0.0 for name in ("Recall", "NDCG") for k in AT}
    order = np.argsort(np.where(known[rows], -np.inf, score[rows]), axis=1, kind="stable")[:, ::-1][:, : max(AT)]
    hit = np.take_along_axis(wanted, order, 1)
    gain = 1 / np.log2(np.arange(2, max(AT) + 2))
    count = wanted.sum(1)
    found: dict[str, float] = {}
    for k in AT:
        found[f"Recall@{k}"] = float((hit[:, :k].sum(1) / count).mean())
    for k in AT:
        best = gain[:k].cumsum()[np.minimum(count, k) - 1]
        found[f"NDCG@{k}"] = float(((hit[:, :k] * gain[:k][: hit.shape[1]]).sum(1) / best).mean())
    return found
