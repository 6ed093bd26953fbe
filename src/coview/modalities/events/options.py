"""What a user may choose of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from coview.kinds import Within
from coview.modalities.options import Options

LONGEST_BY_DEFAULT, LONGEST = 128, 4096


@dataclass(frozen=True)
class EventsOptions(Options, modality="events"):
    """Options of `Events.adapt`.

    Args:
        length: events of an entity that are kept, the latest; default the 95th percentile of the data, at most 128.
        categorical: fields of numbers that are names (codes, numbers of films), separated by commas.
        most: words of a field that are told apart; rarer ones, and those that training never met, read as other.
        predict: the field of words whose next value evaluation asks for; default the first.
        crop: least share of an entity's events that augmentation looks at, one after another.
        dropout: share of the events that augmentation leaves out.
        hide: share of the fields that augmentation hides: a number is missing, a word reads as other.
    """

    length: Annotated[int, Within(1, LONGEST)] | None = None
    categorical: tuple[str, ...] = ()
    most: Annotated[int, Within(1, 1 << 20)] = 1_000
    predict: str | None = None
    crop: Annotated[float, Within(0.01, 1)] = 0.3
    dropout: Annotated[float, Within(0, 0.9)] = 0.1
    hide: Annotated[float, Within(0, 0.9)] = 0.05

    def resolve(self, lengths: Sequence[int]) -> int:
        """T, the events of a view, from how many each entity has."""
        return self.length or max(1, min(math.ceil(np.percentile(lengths, 95)), LONGEST_BY_DEFAULT))
