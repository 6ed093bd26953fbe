"""What is given in more kinds than one: numbers as options, names alone or in lists."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from coview.errors import UserError

_KINDS: dict[str, tuple[type, str]] = {
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "bool": (bool, "true or false"),
}


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


def listed(names: Sequence[str] | None) -> Sequence[str] | None:
    """One name alone is a list of one."""
    return [names] if isinstance(names, str) else names
