"""What a user may choose of a modality: named, typed, within limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from coview.errors import UserError
from coview.kinds import check_kind


@dataclass(frozen=True)
class Options:
    """Base of a modality's options: a frozen dataclass whose fields they are, each with a default.

    Values are read by the field's type: names of a `StrEnum`, and lists that may come as one text with commas
    (`tuple[float, float]`, a least and a greatest share; `tuple[str, ...]`; `none` is an empty one). None stands for
    the default.
    """

    modality: ClassVar[str]
    limits: ClassVar[Mapping[str, tuple[float, float]]]

    def __init_subclass__(cls, modality: str, limits: Mapping[str, tuple[float, float]] | None = None) -> None:
        """Takes what a subclass says of itself.

        Args:
            modality: whose options, for messages.
            limits: the least and the greatest a number may be, by name; a list's numbers each. None is within any.
        """
        cls.modality, cls.limits = modality, limits or {}

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Checked options.

        Raises:
            UserError: one is unknown, of another kind, or out of range.
        """
        known = {f.name for f in fields(cls)}
        for name in options:
            if name not in known:
                raise UserError(
                    f"{cls.modality} has no option {name!r}; it has {', '.join(f.name for f in fields(cls))}"
                )
        hints = get_type_hints(cls)
        chosen = cls(**{n: cls._read(n, value, hints[n]) for n, value in options.items() if value is not None})
        for name, (least, most) in cls.limits.items():
            value = getattr(chosen, name)
            for number in value if isinstance(value, tuple) else (value,):
                if number is not None and not least <= number <= most:
                    raise UserError(f"{cls.modality}: {name} is {number}; it must lie between {least:,} and {most:,}")
        chosen.check()
        for name in (n for n, hint in hints.items() if hint == tuple[float, float]):
            least, most = getattr(chosen, name)
            if least > most:
                raise UserError(f"{cls.modality}: {name} is the least and the greatest share, not {least:g}, {most:g}")
        return chosen

    def check(self) -> None:
        """Raises UserError where options do not fit each other; the default asks nothing."""

    @classmethod
    def _read(cls, name: str, value: Any, hint: Any) -> Any:
        kinds = [hint, *(kind for kind in get_args(hint) if kind is not type(None))]
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                if value not in list(kind):
                    raise UserError(f"{cls.modality}: {name} is {value!r}; it must be one of {', '.join(kind)}")
                return kind(value)
            if get_origin(kind) is tuple:
                return cls._read_list(name, value, get_args(kind))
            check_kind(f"{cls.modality}: {name}", value, getattr(kind, "__name__", ""))
        return value

    @classmethod
    def _read_list(cls, name: str, value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        words = "" if value == "none" else str(value)
        parts = list(value) if listed else [word.strip() for word in words.split(",") if word.strip()]
        endless = kinds[-1] is Ellipsis
        try:
            return tuple(kind(p) for p, kind in zip(parts, kinds[:1] * len(parts) if endless else kinds, strict=True))
        except (TypeError, ValueError) as error:
            wanted = "any number of" if endless else str(len(kinds))
            raise UserError(
                f"{cls.modality}: {name} is {value!r}; it takes {wanted} values, with commas between"
            ) from error
