"""Options as they are given: of which kind, within which limits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from numbers import Integral, Real
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from coview.errors import UserError

_KINDS: dict[str, tuple[type, str]] = {
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "bool": (bool, "true or false"),
}


@dataclass(frozen=True)
class Within:
    """What a number may be, or each of several; NaN is within nothing.

    Args:
        least: and no less.
        most: and no more; infinity counts only where it is named here.
        above: greater than this.
        below: less than this.
        rising: whether of several none is less than the one before.
    """

    least: float = -sys.float_info.max
    most: float = sys.float_info.max
    above: float = -inf
    below: float = inf
    rising: bool = False

    def __contains__(self, number: float) -> bool:
        closed = self.least <= number <= self.most
        return closed and number > self.above and (self.below == inf or number < self.below)

    def __str__(self) -> str:
        told = {
            f"above {self.above:,}": self.above > -inf,
            f"at least {self.least:,}": self.least > -sys.float_info.max,
            f"below {self.below:,}": self.below < inf,
            f"at most {self.most:,}": self.most < sys.float_info.max,
        }
        said = [words for words, holds in told.items() if holds]
        if said == [f"at least {self.least:,}", f"at most {self.most:,}"]:
            return f"lie between {self.least:,} and {self.most:,}"
        return f"be {' and '.join(said) or 'a finite number'}"

    def check(self, told: str, value: Any) -> None:
        """Raises UserError where a number, or one of a tuple, is not within."""
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            if number not in self:
                raise UserError(f"{told} is {number}; it must {self}")
        if self.rising and list(numbers) != sorted(numbers):
            raise UserError(f"{told} is the least and the greatest, not {', '.join(f'{n:g}' for n in numbers)}")


Whole = Annotated[int, Within(0)]
"""None or more."""
Count = Annotated[int, Within(1)]
"""One or more."""
Several = Annotated[int, Within(2)]
"""Two or more."""
Finite = Annotated[float, Within()]
"""Any number."""
Weight = Annotated[float, Within(0)]
"""Of a loss: 0 leaves it out."""
AboveZero = Annotated[float, Within(above=0)]
"""A temperature, a scale."""
Share = Annotated[float, Within(0, 1)]
"""Of a whole, nothing and all included; a probability."""
Portion = Annotated[float, Within(above=0, most=1)]
"""Of a whole, something or all."""
Rate = Annotated[float, Within(0, below=1)]
"""Of what is left out or hidden, nothing or something, never all."""
Part = Annotated[float, Within(above=0, below=1)]
"""Of a whole, neither nothing nor all."""
Shares = Annotated[tuple[float, float], Within(above=0, most=1, rising=True)]
"""The least and the greatest share of a whole."""


def check_kind(option: str, value: Any, kind: str) -> None:
    """Raises UserError where a number or truth value was given as something else; other kinds are not looked at.

    Args:
        option: for the message.
        value: as it was given.
        kind: name of the option's type.
    """
    wanted, called = _KINDS.get(kind, (object, ""))
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind in ("int", "float")):
        raise UserError(f"{option} takes {called}; {value!r} was given")


def kinds_of(hint: Any) -> tuple[Any, Within | None, bool]:
    """(the type alone, its limits, whether None may stand for it) of an option's annotation."""
    limits = None
    optional = False
    while True:
        if get_origin(hint) in (Union, UnionType):
            rest = [kind for kind in get_args(hint) if kind is not type(None)]
            optional = optional or len(rest) < len(get_args(hint))
            if len(rest) > 1:
                return hint, limits, optional
            hint = rest[0]
        elif get_origin(hint) is Annotated:
            hint, *said = get_args(hint)
            limits = next((one for one in said if isinstance(one, Within)), limits)
        else:
            return hint, limits, optional


def read_value(told: str, value: Any, hint: Any) -> Any:
    """A value as an option's annotation says: names of a `StrEnum`, and lists that may come as one text with commas.

    `tuple[float, float]` takes two, `tuple[str, ...]` and `Sequence[str]` any number, of which `none` is none.

    Args:
        told: whose option, for messages: `image: size`.
        value: as it was given.
        hint: the annotation, with its limits where it has some (`Within`).

    Raises:
        UserError: it is of another kind, or out of its limits.
    """
    kind, limits, optional = kinds_of(hint)
    if value is None and optional:
        return None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        read = _member(told, value, kind)
    elif get_origin(kind) in (tuple, Sequence):
        read = _several(told, value, get_args(kind))
    else:
        check_kind(told, value, getattr(kind, "__name__", ""))
        read = value
    if limits is not None:
        limits.check(told, read)
    return read


def _member(told: str, value: Any, kind: type[StrEnum]) -> StrEnum:
    if value not in list(kind):
        raise UserError(f"{told} is {value!r}; it must be one of {', '.join(kind)}")
    return kind(value)


def _several(told: str, value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    words = "" if value == "none" else str(value)
    parts = list(value) if listed else [word.strip() for word in words.split(",") if word.strip()]
    endless = len(kinds) == 1 or kinds[-1] is Ellipsis
    wanted = kinds[:1] * len(parts) if endless else kinds
    if issubclass(kinds[0], StrEnum):
        return tuple(_member(told, part, kinds[0]) for part in parts)
    try:
        return tuple(kind(part) for part, kind in zip(parts, wanted, strict=True))
    except (TypeError, ValueError) as error:
        some = "any number of" if endless else str(len(kinds))
        raise UserError(f"{told} is {value!r}; it takes {some} values, with commas between") from error


def listed(names: Sequence[str] | None) -> Sequence[str] | None:
    """One name alone is a list of one."""
    return [names] if isinstance(names, str) else names
