"""Few-shot: what a representation says from a handful of labelled samples."""

from __future__ import annotations

import numpy as np

from coview.evaluate.items import Items, Outcome, unit

SHOTS = (1, 5)
DRAWS = 20
DETAILS = {
    "classifier": "nearest class mean by cosine",
    "shots": "1 and 5 labelled samples of each class, one view of each; all where a class has fewer",
    "draws": DRAWS,
    "items": "every natural view is one",
}


def few_shot(train: Items, valid: Items, test: Items, classes: int) -> Outcome:
    """Accuracy with 1 and 5 labelled samples a class: mean and standard deviation over the same 20 draws.

    Paper: Prototypical Networks for Few-shot Learning. Snell, Swersky, Zemel. NeurIPS 2017.
    https://arxiv.org/abs/1703.05175 (the classifier, on vectors of length 1).

    Args:
        train: what labelled samples are drawn from.
        valid: not read.
        test: what is scored.
        classes: C.
    """
    x, queries = unit(train.x), unit(test.x)
    metrics: dict[str, float] = {}
    for shots in SHOTS:
        scores = []
        for draw in range(DRAWS):
            at = shots_of(train, shots, np.random.default_rng((draw, shots)))
            means = np.zeros((classes, x.shape[1]), dtype=np.float32)
            np.add.at(means, train.y[at], x[at])
            seen = np.bincount(train.y[at], minlength=classes) > 0
            similarity = np.where(seen, queries @ unit(means).T, -np.inf)
            scores.append(float((similarity.argmax(1) == test.y).mean()))
        metrics |= {f"{shots}-shot": float(np.mean(scores)), f"{shots}-shot deviation": float(np.std(scores, ddof=1))}
    return Outcome(metrics, {})


def shots_of(train: Items, shots: int, random: np.random.Generator) -> np.ndarray:
    """Positions of the labelled items: of each class `shots` different samples, one view of each."""
    order = random.permutation(len(train))
    _, first = np.unique(train.sample[order], return_index=True)
    one_each = order[np.sort(first)]
    chosen = [one_each[train.y[one_each] == c][:shots] for c in np.unique(train.y)]
    return np.concatenate(chosen)
