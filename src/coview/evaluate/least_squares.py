"""Ridge regression for a whole grid of penalties by one decomposition."""

from __future__ import annotations

from typing import Any

import numpy as np


class LeastSquares:
    """The minimisers of `|x w - y|^2 + alpha n |w|^2` for any alpha, T targets at once.

    By the eigenvectors of the smaller Gram matrix, `(D, D)` or `(n, n)`. Features are centred in here; since they are,
    a constant added to a target changes nothing.

    Args:
        x: `(n, D)`.
        y: `(n, T)`, an array or a sparse matrix.
    """

    def __init__(self, x: np.ndarray, y: Any) -> None:
        self.mean = x.mean(0, dtype=np.float64)
        x = x.astype(np.float64) - self.mean
        self.n, wide = len(x), x.shape[1] > len(x)
        power, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
        self._power = power.clip(0)
        self._back = x.T @ vectors if wide else vectors
        self._toward = (y.T @ (vectors if wide else x @ vectors)).T

    def weights(self, alpha: float) -> np.ndarray:
        """`(D, T)`."""
        return self._back @ (self._toward / (self._power + alpha * self.n)[:, None])

    def predict(self, x: np.ndarray, alpha: float) -> np.ndarray:
        """`(m, T)`, of targets around 0."""
        return (x.astype(np.float64) - self.mean) @ self.weights(alpha)
