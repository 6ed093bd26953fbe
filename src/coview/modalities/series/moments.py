"""Mean and deviation of channels over many series, without what is missing."""

from __future__ import annotations

import numpy as np


class Moments:
    """Running mean and variance of each channel (Chan, Golub, LeVeque 1979: parts merged, nothing cancels).

    Args:
        channels: C.

    Attributes:
        series: how many were added.
        count: `(C,)` values met.
        mean: `(C,)`, 0 where none was met.
    """

    def __init__(self, channels: int) -> None:
        self.series = 0
        self.count, self.mean, self._apart = (np.zeros(channels) for _ in range(3))

    def add(self, values: np.ndarray) -> None:
        """Takes in a series `(S, C)`, NaN where missing."""
        there = ~np.isnan(values)
        count = there.sum(0)
        known = np.where(there, values, 0).astype(np.float64)
        mean = known.sum(0) / np.maximum(count, 1)
        apart = (np.where(there, known - mean, 0) ** 2).sum(0)
        total = self.count + count
        share = count / np.maximum(total, 1)
        step = np.where(count > 0, mean - self.mean, 0)
        self._apart += apart + step**2 * self.count * share
        self.mean += step * share
        self.count = total
        self.series += 1

    @property
    def moves(self) -> np.ndarray:
        """`(C,)` bool, channels whose values differ by more than rounding."""
        return self._spread > 1e-9 * np.maximum(np.abs(self.mean), 1e-30)

    @property
    def deviation(self) -> np.ndarray:
        """`(C,)` standard deviation; 1 for a channel that does not move, so that it reads 0 and is not blown up."""
        return np.where(self.moves, self._spread, 1.0)

    @property
    def _spread(self) -> np.ndarray:
        return np.sqrt(self._apart / np.maximum(self.count, 1))
