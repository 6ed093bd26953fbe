"""State probes: what a linear map reads of a machine's or a world's state out of a representation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from coview.evaluate.items import Items, Outcome, items_where
from coview.evaluate.labels import classes_of
from coview.evaluate.least_squares import LeastSquares
from coview.evaluate.scores import Scores
from coview.evaluate.standard import standardised
from coview.evaluate.subject import Subject

GRID = tuple(10.0**k for k in range(-3, 4))
ENTROPY = 0.6
MOST = 20_000
DETAILS = {
    "variables": f"those whose values have an entropy of at least {ENTROPY} nats among the training items",
    "classifier": "for each variable, least squares with a ridge on standardised features towards its values, one-hot",
    "alpha": "a multiple of the training items, one for all variables of a world, chosen by F1 on validation items "
    "among " + ", ".join(f"{a:g}" for a in GRID),
    "F1": "of each value, weighted by how often it is true; mean over a world's variables, then over worlds",
    "majority": "the most frequent training value of each variable",
    "items": f"every natural view is one; of training items at most {MOST} a world",
}


def state(train: Items, valid: Items, test: Items) -> Outcome:
    """F1 of every changing variable of a state, by linear classifiers of their own, averaged.

    Paper: Unsupervised State Representation Learning in Atari. Anand et al. NeurIPS 2019.
    https://arxiv.org/abs/1906.08226 (section 5: linear probes of the memory's bytes, those of low entropy left out,
    F1 weighted by class). There probes descend the cross entropy; here they are least squares, which one
    decomposition solves for all variables and every alpha.

    Args:
        train: items whose `y` is `(n, K)`, the values of K variables.
        valid: what alpha is chosen by; where none, the middle of the grid is taken.
        test: what is scored.

    Returns:
        `F1` and `majority F1`, NaN where no variable changes; alpha among the choices, and how many variables.
    """
    from scipy.sparse import csr_array

    train = train.most(MOST)
    changing = np.flatnonzero([entropy(values) >= ENTROPY for values in train.y.T])
    if not len(changing):
        return Outcome({"F1": float("nan"), "majority F1": float("nan")}, {"alpha": float("nan"), "variables": 0})
    coded = [np.unique(train.y[:, k], return_inverse=True) for k in changing]
    starts = np.cumsum([0, *(len(values) for values, _ in coded)])
    at = np.stack([start + code for start, (_, code) in zip(starts, coded)], 1)
    ends = np.arange(len(train) + 1) * len(changing)
    hot = csr_array((np.ones(at.size), at.ravel(), ends), shape=(len(train), int(starts[-1])))
    share = np.bincount(at.ravel(), minlength=int(starts[-1])) / len(train)
    x, choose_by, scored = standardised(train.x, valid.x, test.x)
    solved = LeastSquares(x, hot)

    def told(alpha: float, at: np.ndarray) -> np.ndarray:
        """The likeliest value of each variable, `(n, changing)`."""
        weights, at = solved.weights(alpha), at - solved.mean
        own = [slice(a, b) for a, b in pairwise(starts.tolist())]
        return np.stack(
            [values[(at @ weights[:, s] + share[s]).argmax(1)] for (values, _), s in zip(coded, own, strict=True)], 1
        )

    alpha = GRID[len(GRID) // 2]
    if len(valid):
        alpha = max(reversed(GRID), key=lambda a: mean_f1(told(a, choose_by), valid.y[:, changing]))
    often = np.stack([values[np.bincount(code).argmax()] for values, code in coded])
    truth = test.y[:, changing]
    metrics = {
        "F1": mean_f1(told(alpha, scored), truth),
        "majority F1": mean_f1(np.tile(often, (len(truth), 1)), truth),
    }
    return Outcome(metrics, {"alpha": alpha, "variables": len(changing)})


def entropy(values: np.ndarray) -> float:
    """Of how often each value is met, in nats."""
    share = np.unique(values, return_counts=True)[1] / max(1, len(values))
    return float(-(share * np.log(share)).sum())


def mean_f1(told: np.ndarray, truth: np.ndarray) -> float:
    """The mean over variables of F1 weighted by class: `(n, K)`, `(n, K)`.

    F1 of a value is 2 hits / (times told + times true); weights are how often it is true.
    """
    return float(np.mean([_weighted_f1(a, b) for a, b in zip(told.T, truth.T, strict=True)]))


def _weighted_f1(told: np.ndarray, truth: np.ndarray) -> float:
    values, true = np.unique(truth, return_counts=True)
    hits = np.array([np.sum((told == v) & (truth == v)) for v in values])
    said = np.array([np.sum(told == v) for v in values])
    return float((2 * hits / (said + true) * true).sum() / len(truth))


def score_states(subject: Subject, scores: Scores) -> None:
    """Adds `state/slot/label` for every label of several numbers a sample, one probe for each world.

    Worlds are the classes of the first label that has classes (the games of `atari`); without one there is one world.
    """
    data = subject.data
    worlds = next((classed for values in data.labels.values() if (classed := classes_of(values)) is not None), None)
    codes = np.zeros(len(data), np.int64) if worlds is None else worlds[0]
    states = {name: values for name, values in data.labels.items() if values.ndim == 2}
    for slot in subject.slots:
        for label, values in states.items():
            found: dict[str, dict[str, float]] = {}
            counts: dict[str, float] = {}
            for column, embedding in subject.of_slot(slot).items():
                outcomes: list[Outcome] = []
                for world in np.unique(codes[codes >= 0]):
                    parts = [rows[codes[rows] == world] for rows in (subject.train, subject.valid, subject.scored)]
                    train, valid, test = (items_where(embedding, rows, values, codes >= 0) for rows in parts)
                    if len(train) > 1 and len(test):
                        outcomes.append(state(train, valid, test))
                outcomes = [o for o in outcomes if o.choices["variables"]]
                if outcomes:
                    found[column] = {m: float(np.mean([o.metrics[m] for o in outcomes])) for m in outcomes[0].metrics}
                    counts = {"worlds": len(outcomes), "probes": sum(o.choices["variables"] for o in outcomes)}
            if "run" in found:
                scores.add(f"state/{slot}/{label}", found, {**DETAILS, "split": subject.split, **counts})
