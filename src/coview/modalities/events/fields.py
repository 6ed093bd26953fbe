"""Fields of events, fitted to the training entities: what words and numbers mean as stored values."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from coview.errors import UserError
from coview.modalities.events.options import EventsOptions
from coview.modalities.events.read import History, seconds, words_of
from coview.modalities.series.moments import Moments

RARE = 2
"""A word met less often has no code of its own: nothing could be learnt of it, and other words gain an example."""


@dataclass(frozen=True)
class Number:
    """A field of numbers, stored less its mean in units of its deviation.

    Args:
        name: of the field.
        mean, std: of the training values.
        dates: whether every training value was a date; runs saved before this was kept say no.
    """

    name: str
    mean: float
    std: float
    dates: bool = False


@dataclass(frozen=True)
class Category:
    """A field of words, stored as codes: 0 for any other word, then the words in order.

    Args:
        name: of the field.
        words: those with a code of their own, the commonest first.
        entropy: of the codes in nats, what a guess by frequency costs.
    """

    name: str
    words: tuple[str, ...]
    entropy: float

    @property
    def codes(self) -> int:
        """Words, and the one for all others."""
        return len(self.words) + 1


@dataclass(frozen=True)
class Fields:
    """What an event holds, in the order of stored values: the gap to the event before, numbers, words.

    Args:
        unit: of gaps, their median; they are read as `log(1 + gap / unit)`.
        gap: mean and deviation of that.
        numbers: fields of numbers.
        categories: fields of words.
    """

    unit: float
    gap: Number
    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]

    @property
    def width(self) -> int:
        """Stored values of an event."""
        return 1 + len(self.numbers) + len(self.categories)

    @property
    def numeric(self) -> int:
        """Stored values of an event that are numbers; codes follow."""
        return 1 + len(self.numbers)

    @property
    def timed(self) -> bool:
        """Whether training events had times."""
        return (self.unit, self.gap.mean, self.gap.std) != (1.0, 0.0, 1.0)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Fields:
        """What `to_json` wrote."""
        categories = (Category(c["name"], tuple(c["words"]), c["entropy"]) for c in told["categories"])
        return cls(told["unit"], Number(**told["gap"]), tuple(Number(**n) for n in told["numbers"]), tuple(categories))


def fit_fields(histories: Sequence[History], options: EventsOptions) -> Fields:
    """Fields in the order first met: of words where one value is a word or the user says so, else of numbers.

    A field that is always missing or always the same says nothing and is left out, with a warning that names it.

    Raises:
        UserError: nothing is left to tell events apart, or a field named in the options is not there.
    """
    names = list(dict.fromkeys(name for history in histories for name in history.names))
    for name in options.categorical:
        if name not in names:
            raise UserError(f"events have no field {name!r} (named as categorical); they have {', '.join(names)}")
    numbers: list[Number] = []
    categories: list[Category] = []
    silent: list[str] = []
    for name in names:
        columns = [h.values[h.names.index(name)] for h in histories if name in h.names]
        if name in options.categorical or any(column.dtype == object for column in columns):
            words = _category(name, columns, options.most)
            categories += [words] if words else []
            silent += [] if words else [name]
        else:
            number = _number(name, columns)
            numbers += [number] if number else []
            silent += [] if number else [name]
    gaps = [gaps_of(history.time)[1:] for history in histories if history.time is not None]
    timed = np.concatenate(gaps) if gaps else np.zeros(0)
    if not numbers and not categories and not timed.any():
        raise UserError(f"nothing tells events apart: {', '.join(silent) or 'times'} are always missing or the same")
    if silent:
        warnings.warn(f"fields left out, for they are always missing or the same: {', '.join(silent)}", stacklevel=2)
    if options.predict is not None and options.predict not in [c.name for c in categories]:
        has = ", ".join(c.name for c in categories) or "none"
        raise UserError(f"events have no field of words {options.predict!r} to predict; they have {has}")
    unit, gap = _gap(timed)
    return Fields(unit, gap, tuple(numbers), tuple(categories))


def gaps_of(time: np.ndarray) -> np.ndarray:
    """How long after the event before each one was, `(T,)`; NaN for the first."""
    return np.concatenate([[np.nan], np.diff(time)])


def _gap(gaps: np.ndarray) -> tuple[float, Number]:
    positive = gaps[gaps > 0]
    unit = float(np.median(positive)) if len(positive) else 1.0
    told = np.log1p(gaps / unit)
    spread = float(told.std()) if len(told) else 0.0
    return unit, Number("gap", float(told.mean()) if len(told) else 0.0, spread or 1.0)


def _number(name: str, columns: Sequence[np.ndarray]) -> Number | None:
    found = Moments(1)
    found.add(np.concatenate([seconds(column) for column in columns])[:, None])
    if not found.moves[0]:
        return None
    known = [column for column in columns if column.dtype.kind == "M" or not np.isnan(column).all()]
    dates = all(column.dtype.kind == "M" for column in known)
    return Number(name, float(found.mean[0]), float(found.deviation[0]), dates)


def _category(name: str, columns: Sequence[np.ndarray], most: int) -> Category | None:
    counts: Counter[str] = Counter()
    missing = 0
    for column in columns:
        words = words_of(column)
        counts.update(w for w in words if w is not None)
        missing += words.count(None)
    if not counts or (len(counts) == 1 and not missing):
        return None
    ordered = sorted(counts, key=lambda w: (-counts[w], w))
    told = tuple(w for w in ordered if counts[w] >= RARE)[:most]
    known = [counts[w] for w in told]
    return Category(name, told, max(_entropy([*known, sum(counts.values()) - sum(known)]), 1e-3))


def _entropy(counts: Sequence[int]) -> float:
    share = np.asarray([n for n in counts if n], np.float64)
    share /= share.sum()
    return float(-(share * np.log(share)).sum())
