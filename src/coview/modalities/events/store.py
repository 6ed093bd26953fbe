"""Histories as stored numbers: gaps, standardised numbers, codes of words, NaN where missing."""

from __future__ import annotations

import numpy as np

from coview.modalities.base import Unfit
from coview.modalities.cells import MOST, told_number, word
from coview.modalities.events.fields import Fields, Number, gaps_of
from coview.modalities.events.read import TIME, History, seconds, words_of

WIDE = 2.0
"""In units of this deviation or a greater one float32 holds any number that it holds, less their mean."""


class Coder:
    """Histories -> stored values `(T, F)` float32.

    Args:
        fields: fitted.
    """

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.known = [f.name for f in (*fields.numbers, *fields.categories)]
        self._codes = [{word(w): i + 1 for i, w in reversed([*enumerate(c.words)])} for c in fields.categories]
        self._coded = [frozenset([*codes, None]) for codes in self._codes]

    def check(self, item: History) -> None:
        """Asks whether the fields have a place for a history.

        Raises:
            Unfit: none of the fields is there, or a field of numbers holds a word or a number too far from all others.
        """
        given = self._given(item)
        for number in self.fields.numbers:
            if number.name in given and (given[number.name].dtype == object or number.std < WIDE):
                _standardised(number, given[number.name])

    def encode(self, item: History) -> np.ndarray:
        """The fields of each event, NaN where one is missing; raises as `check`."""
        given = self._given(item)
        nothing = np.full(item.events, np.nan)
        columns = [nothing if item.time is None else gaps_of(item.time)]
        columns += [_standardised(number, given.get(number.name, nothing)) for number in self.fields.numbers]
        for category, codes in zip(self.fields.categories, self._codes, strict=True):
            words = words_of(given[category.name]) if category.name in given else [None] * item.events
            columns.append(np.array([np.nan if w is None else codes.get(w, 0) for w in words]))
        return np.stack(columns, 1).astype(np.float32)

    def _given(self, item: History) -> dict[str, np.ndarray]:
        """Fields by name; raises Unfit where none of those that are known is there."""
        if self.known and set(self.known).isdisjoint(item.names):
            raise Unfit(f"has none of the fields {', '.join(self.known)}")
        return dict(zip(item.names, item.values, strict=True))

    def notes(self, item: History) -> list[str]:
        """Which fields a history lacks, and in which a word has no code of its own."""
        lacks = [name for name in self.known if name not in item.names]
        if self.fields.timed and item.time is None:
            lacks.append(TIME)
        given = dict(zip(item.names, item.values, strict=True))
        coded = zip(self.fields.categories, self._coded, strict=True)
        strange = [c.name for c, has in coded if c.name in given and not has.issuperset(words_of(given[c.name]))]
        return [
            *(f"without the field {name}, read as missing" for name in lacks),
            *(f"with a word in {name} that has no code of its own" for name in strange),
        ]


def _standardised(number: Number, values: np.ndarray) -> np.ndarray:
    """`(T,)`; words that are numbers, or dates where the field is of dates, as such."""
    if values.dtype == object:
        values = np.array([_told(number, said) for said in values.tolist()], np.float64)
    values = seconds(values)
    told = (values - number.mean) / number.std
    if number.std < WIDE and len(far := np.flatnonzero(np.abs(told) > MOST)):
        raise Unfit(
            f"has {values[far[0]]:g} as {number.name}: less the mean {number.mean:g}, in units of {number.std:g}, that "
            "is beyond what float32 holds (3.4e38)"
        )
    return told


def _told(number: Number, said: str | None) -> float:
    found = np.nan if said is None else told_number(said, dates=number.dates)
    if found is None:
        raise Unfit(f"has {str(said)[:40]!r} as {number.name}, a field of {'dates' if number.dates else 'numbers'}")
    if said is not None and not np.isfinite(found):
        raise Unfit(f"has {said!r} as {number.name}, which is not finite")
    return found
