"""Moments: samples that were taken of one event, one after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coview.data.source import Data
from coview.evaluate.labels import MOMENT


@dataclass(frozen=True)
class Moments:
    """When samples were taken.

    Args:
        at: `(N,)` seconds; recordings lie farther apart than any tolerance.
        within: seconds that two samples may lie apart to count as one moment.
    """

    at: np.ndarray
    within: float

    @property
    def told(self) -> str:
        """The tolerance in words."""
        return f"a sample of the same recording within {self.within:.3g} s of the query's own moment"


def moments_of(data: Data, slot: str) -> Moments | None:
    """The moments of samples that have the label `moment`; two are one where their clips share half of their time.

    None where there is no such label, some samples lack it, or the slot's modality has no length in seconds.
    """
    seconds = getattr(data.modalities.get(slot), "seconds", None)
    if MOMENT not in data.labels or not isinstance(seconds, int | float):
        return None
    try:
        times = data.labels[MOMENT].astype(np.float64)
    except (TypeError, ValueError):
        return None
    if not np.isfinite(times).all():
        return None
    recordings = np.unique(data.names if data.groups is None else data.groups, return_inverse=True)[1]
    apart = float(np.ptp(times)) + 10 * seconds
    return Moments(times - times.min() + recordings * apart, seconds / 2 + 1e-6)
