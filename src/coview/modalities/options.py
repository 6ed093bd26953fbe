"""What a user may choose of a modality: named, typed, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, get_type_hints

from coview.errors import UserError
from coview.kinds import read_value


@dataclass(frozen=True)
class Options:
    """Base of a modality's options: a frozen dataclass whose fields they are, each with a default.

    Values are read by the field's annotation, which says a number's limits too (`coview.kinds`). None stands for the
    default.
    """

    modality: ClassVar[str]

    def __init_subclass__(cls, modality: str) -> None:
        """Takes whose options they are, for messages."""
        cls.modality = modality

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Checked options.

        Raises:
            UserError: one is unknown, of another kind, or out of its limits.
        """
        hints = get_type_hints(cls, include_extras=True)
        known = [f.name for f in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"{cls.modality} has no option {name!r}; it has {', '.join(known)}")
        given = {name: value for name, value in options.items() if value is not None}
        chosen = cls(**{n: read_value(f"{cls.modality}: {n}", value, hints[n]) for n, value in given.items()})
        chosen.check()
        return chosen

    def check(self) -> None:
        """Raises UserError where options do not fit each other; the default asks nothing."""
