"""Standard scores: features brought to mean 0 and deviation 1 by what training items say."""

from __future__ import annotations

import numpy as np

RELATIVE = 1e-6
"""A feature that moves less than this share of the one that moves most is rounding, not a signal."""
ROUNDING = 2e-7
"""Nor is one that moves less than float32 can tell at its own height."""


def standardised(train: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Training features and others by the mean and deviation of the training ones, float32; constant features read 0.

    Mean and deviation are summed in float64: of many float32 rows far from 0 both would be wrong else.

    Args:
        train: `(n, D)`.
        others: `(m, D)` each.
    """
    mean = train.mean(0, dtype=np.float64)
    deviation = train.std(0, dtype=np.float64)
    least = np.maximum(RELATIVE * max(1e-30, float(deviation.max(initial=0))), ROUNDING * np.abs(mean))
    scale = np.where(deviation > least, deviation, np.inf)
    return [((x - mean.astype(x.dtype)) / scale).astype(np.float32) for x in (train, *others)]
