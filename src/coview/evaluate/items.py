"""Items: what probes count, one for each natural view that is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coview.batch import Embedding


@dataclass(frozen=True)
class Items:
    """Views of labelled samples, each an item with its sample's class.

    Args:
        x: `(n, D)` float32 features.
        y: `(n,)` int64 class codes, or float64 quantities.
        sample: `(n,)` int64 row of each item's sample.
    """

    x: np.ndarray
    y: np.ndarray
    sample: np.ndarray

    def __len__(self) -> int:
        return len(self.y)

    def take(self, at: np.ndarray) -> Items:
        """Some of the items, by index or mask."""
        return Items(self.x[at], self.y[at], self.sample[at])

    def most(self, n: int, seed: int = 0) -> Items:
        """At most n items, drawn without replacement; of classes that would be lost one more each."""
        if len(self) <= n:
            return self
        at = np.random.default_rng(seed).choice(len(self), n, replace=False)
        if self.y.dtype.kind == "i" and self.y.ndim == 1:
            classes, first = np.unique(self.y, return_index=True)
            at = np.concatenate([at, first[~np.isin(classes, self.y[at])]])
        return self.take(np.sort(at))


@dataclass(frozen=True)
class Outcome:
    """What a protocol found.

    Args:
        metrics: by name.
        choices: what was chosen on validation data, by name.
    """

    metrics: dict[str, float]
    choices: dict[str, float]


def items_of(embedding: Embedding, rows: np.ndarray, codes: np.ndarray) -> Items:
    """The views that are there of the samples at `rows` whose class is known.

    Args:
        embedding: of all N samples.
        rows: `(n,)` int64.
        codes: `(N,)` int64, -1 where unknown.
    """
    return items_where(embedding, rows, codes, codes >= 0)


def items_where(embedding: Embedding, rows: np.ndarray, values: np.ndarray, known: np.ndarray) -> Items:
    """The views that are there of the samples at `rows` whose value is known.

    Args:
        embedding: of all N samples.
        rows: `(n,)` int64.
        values: `(N, ...)`, of each sample.
        known: `(N,)` bool.
    """
    rows = rows[known[rows]]
    present = embedding.present.numpy()[rows]
    at, view = np.nonzero(present)
    sample = rows[at]
    return Items(embedding.values.numpy()[sample, view].astype(np.float32), values[sample], sample)


def unit(x: np.ndarray) -> np.ndarray:
    """Rows `(n, D)` brought to length 1; zero rows stay zero."""
    x = x / np.maximum(np.abs(x).max(1, keepdims=True, initial=0), 1e-30)  # squares of large numbers would be infinite
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def accuracies(predicted: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """The share that is right, and its mean over the classes of `truth` (each class weighs alike).

    Args:
        predicted, truth: `(n,)` class codes, n at least 1.
    """
    right = predicted == truth
    classes, which = np.unique(truth, return_inverse=True)
    recall = np.bincount(which, weights=right, minlength=len(classes)) / np.bincount(which)
    return {"accuracy": float(right.mean()), "balanced accuracy": float(recall.mean())}
