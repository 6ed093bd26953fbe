"""Columns of a table as they are stored: numbers by rank, categories by code, and how often each value occurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

MARGINAL = 256
"""Values kept of a column's distribution, at evenly spaced ranks."""


@dataclass(frozen=True)
class Number:
    """A column of numbers, stored as normal scores.

    Args:
        name: of the column.
        quantiles: of the training values at evenly spaced ranks from 0 to 1, for the quantile transform.
        marginal: stored values at evenly spaced ranks, NaN (None in JSON) where missing: the column's distribution.
        unit: variance of the stored values, what a guess of the mean costs.
        dates: whether every training value was a date; runs saved before this was kept say no.
    """

    name: str
    quantiles: tuple[float, ...]
    marginal: tuple[float, ...]
    unit: float
    dates: bool = False

    kind = "number"
    width = 2
    """Outputs of a decoder: the value, and the logit of being missing."""


@dataclass(frozen=True)
class Category:
    """A column of words, stored as codes: 0 for any other word, then the words in order.

    Args:
        name: of the column.
        words: those with a code of their own, the commonest first.
        marginal: codes at evenly spaced ranks, NaN (None in JSON) where missing.
        unit: entropy of codes and missing values in nats, what a guess by frequency costs.
    """

    name: str
    words: tuple[str, ...]
    marginal: tuple[float, ...]
    unit: float

    kind = "category"

    @property
    def codes(self) -> int:
        """Words, and the one for all others."""
        return len(self.words) + 1

    @property
    def width(self) -> int:
        """Outputs of a decoder: a logit for each code, and one for missing."""
        return self.codes + 1


Kind = Number | Category


def to_json(column: Kind) -> dict[str, Any]:
    """A column as plain values: NaN is None."""
    plain = {name: list(x) if isinstance(x, tuple) else x for name, x in asdict(column).items()}
    plain["marginal"] = [None if x != x else x for x in column.marginal]
    return {"kind": column.kind, **plain}


def from_json(told: Mapping[str, Any]) -> Kind:
    """The column that `to_json` wrote."""
    rest: dict[str, Any] = {name: tuple(x) if isinstance(x, list) else x for name, x in told.items()}
    rest["marginal"] = tuple(float("nan") if x is None else float(x) for x in told["marginal"])
    return Number(**rest) if rest.pop("kind") == "number" else Category(**rest)


def marginal(stored: np.ndarray) -> tuple[float, ...]:
    """`MARGINAL` of the stored values `(N,)` at evenly spaced ranks, missing ones (NaN) last: values that occur."""
    ordered = np.sort(stored)  # NaN at the end
    at = ((np.arange(MARGINAL) + 0.5) / MARGINAL * len(ordered)).astype(np.int64)
    return tuple(float(np.float32(x)) for x in ordered[at])


def entropy(counts: Sequence[int]) -> float:
    """Of a distribution by counts, in nats."""
    share = np.asarray([n for n in counts if n], dtype=np.float64)
    share /= share.sum()
    return float(-(share * np.log(share)).sum())
