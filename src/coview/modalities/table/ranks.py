"""Numbers as normal scores by scikit-learn's quantile transform, fitted once and saved with the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sklearn.preprocessing import QuantileTransformer

MOST_QUANTILES = 256

MOST = 1e300
"""Numbers further from zero count as this one: their differences would have no float64."""


class Ranks:
    """The quantile transform of a table's columns of numbers: any distribution becomes about standard normal.

    Args:
        quantiles: `(Q, M)` of M columns at evenly spaced ranks.
    """

    def __init__(self, quantiles: np.ndarray) -> None:
        self.quantiles = quantiles
        self._transform = _fitted(quantiles) if quantiles.size else None

    @classmethod
    def fit(cls, values: np.ndarray) -> Ranks:
        """From training values `(N, M)`, NaN where missing; every column has some that differ.

        As Gorishniy et al. (2021) have it: about N / 30 quantiles, and a little noise (a thousandth of the spread)
        while fitting, so that a value that occurs often lands on its middle rank and not on the lowest.
        """
        rows, width = values.shape
        if not width:
            return cls(np.zeros((0, 0)))
        from sklearn.preprocessing import QuantileTransformer

        values = np.clip(values, -MOST, MOST)
        noise = np.random.default_rng(0).normal(0, 1e-3, values.shape) * _spread(values)
        count = max(1, min(rows, max(rows // 30, 10), MOST_QUANTILES))
        transform: Any = QuantileTransformer(n_quantiles=count, output_distribution="normal", subsample=rows)
        return cls(np.asarray(transform.fit(values + noise).quantiles_, np.float64))

    def scores(self, values: np.ndarray) -> np.ndarray:
        """`(N, M)` -> normal scores `(N, M)` float32, NaN where missing."""
        if self._transform is None or not len(values):
            return np.zeros(values.shape, np.float32)
        return np.asarray(self._transform.transform(np.clip(values, -MOST, MOST)), np.float32)

    def values(self, scores: np.ndarray) -> np.ndarray:
        """The numbers that scores `(N, M)` stand for, to the resolution of the quantiles."""
        if self._transform is None or not len(scores):
            return np.zeros(scores.shape)
        return np.asarray(self._transform.inverse_transform(scores.astype(np.float64)))

    def standardised(self, scores: np.ndarray) -> np.ndarray:
        """The numbers that scores `(N, M)` stand for, less the column's mean in units of its deviation.

        Both are those of the distribution that the quantiles say, even between each two of them.
        """
        if self._transform is None:
            return np.zeros(scores.shape)
        scale = np.maximum(np.abs(self.quantiles).max(0), 1e-300)  # of large numbers there are no squares
        quantiles = self.quantiles / scale
        mean = (quantiles[:-1] + quantiles[1:]).mean(0) / 2
        low, high = quantiles[:-1] - mean, quantiles[1:] - mean
        deviation = np.sqrt((low**2 + low * high + high**2).mean(0) / 3)
        return (self.values(scores) / scale - mean) / np.where(deviation > 0, deviation, 1)

    @classmethod
    def of(cls, columns: Sequence[Sequence[float]]) -> Ranks:
        """From the quantiles of each column."""
        return cls(np.array(columns, dtype=np.float64).T if columns else np.zeros((0, 0)))


def _fitted(quantiles: np.ndarray) -> QuantileTransformer:
    """A transform in the state that fitting left it in."""
    from sklearn.preprocessing import QuantileTransformer

    count, width = quantiles.shape
    transform: Any = QuantileTransformer(n_quantiles=count, output_distribution="normal")
    transform.quantiles_ = quantiles
    transform.n_quantiles_ = count
    transform.references_ = np.linspace(0, 1, count, endpoint=True)
    transform.n_features_in_ = width
    return transform


def _spread(values: np.ndarray) -> np.ndarray:
    """Standard deviation `(M,)` of each column of `(N, M)`, NaN left out, of numbers too large to square too."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.nanstd(values, axis=0)
    if (wide := ~np.isfinite(spread)).any():
        most = np.nanmax(np.abs(values[:, wide]), axis=0)
        spread[wide] = np.nanstd(values[:, wide] / most, axis=0) * most
    return spread
