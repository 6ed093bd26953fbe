"""What a user may choose of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from coview.errors import UserError

LONGEST_BY_DEFAULT, LONGEST = 128, 4096


@dataclass(frozen=True)
class EventsOptions:
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

    length: int | None = None
    categorical: tuple[str, ...] = ()
    most: int = 1_000
    predict: str | None = None
    crop: float = 0.3
    dropout: float = 0.1
    hide: float = 0.05

    @classmethod
    def of(cls, options: dict[str, Any]) -> EventsOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"events have no option {name!r}; they have {', '.join(known)}")
        given = {name: value for name, value in options.items() if value is not None}
        named = given.get("categorical", ())
        words = [str(named)] if isinstance(named, str | int | float) else [str(name) for name in named]
        given["categorical"] = tuple(name.strip() for word in words for name in word.split(",") if name.strip())
        chosen = cls(**given)
        limits = {
            "length": (1, LONGEST),
            "most": (1, 1 << 20),
            "crop": (0.01, 1),
            "dropout": (0, 0.9),
            "hide": (0, 0.9),
        }
        for name, (least, most) in limits.items():
            value = getattr(chosen, name)
            if value is not None and not least <= value <= most:
                raise UserError(f"events' {name} is {value}; it must lie between {least} and {most:,}")
        return chosen

    def resolve(self, lengths: Sequence[int]) -> int:
        """T, the events of a view, from how many each entity has."""
        return self.length or max(1, min(math.ceil(np.percentile(lengths, 95)), LONGEST_BY_DEFAULT))
