"""Link prediction: whether a representation tells which two things belong together."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Outcome
from coview.evaluate.logistic import GRID, probes
from coview.evaluate.standard import standardised

MOST, MOST_RANKED = 20_000, 1_000
DETAILS = {
    "pair's features": "product of the two standardised representations, feature by feature (Hadamard)",
    "classifier": "logistic regression, as many pairs that are no link as links",
    "C": "chosen by AUC on validation links among " + ", ".join(f"{c:g}" for c in GRID),
    "AUC, AP": "held-out links against as many pairs that are no link of any part, drawn with seed 0",
    "MRR, Hits@10": f"of at most {MOST_RANKED:,} held-out links, each end among all things, true links of others apart",
    "training links": f"at most {MOST:,}",
}


def link_prediction(z: np.ndarray, train: np.ndarray, valid: np.ndarray, test: np.ndarray) -> Outcome:
    """AUC, average precision, mean reciprocal rank and Hits@10 of links that were held out before training.

    Paper: node2vec: Scalable Feature Learning for Networks. Grover, Leskovec. KDD 2016.
    https://arxiv.org/abs/1607.00653 (section 4.4: products as features of an edge); ranks among all candidates,
    filtered, as in Translating Embeddings for Modeling Multi-relational Data, Bordes et al., NeurIPS 2013.

    Args:
        z: `(N, D)` representations.
        train: `(n, 2)` rows of links that were seen.
        valid: those that C is chosen by; where empty, the middle of the grid is taken.
        test: those scored. No part may hold a link of another (`apart`), and some pair must be no link (`spare`).
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    rng = np.random.default_rng(0)
    known = np.unique(np.concatenate([pair_code(part, len(z)) for part in (train, valid, test)]))
    if len(train) > MOST:
        train = train[np.sort(rng.choice(len(train), MOST, replace=False))]
    used = z[np.unique(train)]
    _, z = standardised(used, z)
    sets = [(part, no_links(len(part), len(z), known, rng)) for part in (train, valid, test)]
    features, truth = zip(*(_pairs(z, *both) for both in sets), strict=True)
    best, chosen, weight = -1.0, GRID[len(GRID) // 2], np.zeros(z.shape[1])
    for c, probe in probes(features[0], truth[0], GRID, choose=len(valid) > 0):
        score = roc_auc_score(truth[1], features[1] @ probe.coef_[0]) if len(valid) else 0.0
        if score > best:
            best, chosen, weight = float(score), c, probe.coef_[0].copy()
    told = features[2] @ weight
    metrics = {"AUC": float(roc_auc_score(truth[2], told)), "AP": float(average_precision_score(truth[2], told))}
    few = test if len(test) <= MOST_RANKED else test[np.sort(rng.choice(len(test), MOST_RANKED, replace=False))]
    return Outcome(metrics | ranks(z, weight.astype(np.float32), few, known), {"C": chosen})


def pair_code(pairs: np.ndarray, n: int) -> np.ndarray:
    """One number for each pair, whatever its order: `(e, 2)` -> `(e,)`."""
    return pairs.min(1).astype(np.int64) * n + pairs.max(1)


def apart(train: np.ndarray, valid: np.ndarray, test: np.ndarray, n: int) -> list[np.ndarray]:
    """The parts, each without loops and without the links, either way round, of those before it.

    Args:
        train, valid, test: `(e, 2)` rows of links, each part of its own length.
        n: how many things there are.

    Returns:
        The three parts, `(e', 2)` each, in that order.
    """
    parts, known = [], np.zeros(0, np.int64)
    for part in (train, valid, test):
        code = pair_code(part, n)
        first = np.zeros(len(part), bool)
        first[np.unique(code, return_index=True)[1]] = True
        parts.append(part[first & (part[:, 0] != part[:, 1]) & ~np.isin(code, known)])
        known = np.concatenate([known, code])
    return parts


def spare(parts: list[np.ndarray], n: int) -> bool:
    """Whether some pair of n things is no link."""
    return len(np.unique(pair_code(np.concatenate(parts), n))) < n * (n - 1) // 2


def no_links(count: int, n: int, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pairs of different things that are no link, drawn uniformly: `(count, 2)`."""
    found = np.zeros((0, 2), np.int64)
    while len(found) < count:
        pairs = rng.integers(0, n, (2 * (count - len(found)) + 8, 2))
        pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & ~np.isin(pair_code(pairs, n), known)]
        found = np.concatenate([found, pairs])
    return found[:count]


def _pairs(z: np.ndarray, links: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    both = np.concatenate([links, others])
    return z[both[:, 0]] * z[both[:, 1]], np.repeat([1, 0], [len(links), len(others)])


def ranks(z: np.ndarray, weight: np.ndarray, links: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """MRR and Hits@10, each end of each link sought among all N things; ties count half of those tied.

    Left out of the ranking are the thing itself and others that it has a link with.

    Args:
        z: `(N, D)` float representations.
        weight: `(D,)` of the features of a pair.
        links: `(e, 2)` rows of z, e at least 1.
        known: `(k,)` codes of all links (`pair_code`), sorted, k at least 1.
    """
    n = len(z)
    asked, wanted = np.concatenate([links, links[:, ::-1]]).T
    rank = np.empty(len(asked))
    for start in range(0, len(asked), 64):
        rows = slice(start, start + 64)
        score = (z[asked[rows]] * weight) @ z.T
        own = np.take_along_axis(score, wanted[rows, None], 1)
        everyone = np.arange(n)[None]
        here = asked[rows, None]
        code = np.minimum(here, everyone) * n + np.maximum(here, everyone)
        others = (code_missing(code, known)) & (everyone != here)
        rank[rows] = 1 + ((score > own) & others).sum(1) + 0.5 * ((score == own) & others).sum(1)
    return {"MRR": float((1 / rank).mean()), "Hits@10": float((rank <= 10).mean())}


def code_missing(code: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which codes, of any shape, are not among the sorted known ones `(k,)`, k at least 1: bool of the same shape."""
    place = np.searchsorted(known, code).clip(max=len(known) - 1)
    return known[place] != code
