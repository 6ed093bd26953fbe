"""Options made from signatures: types, defaults and docstrings become flags."""

from __future__ import annotations

import argparse
import typing
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Any, NoReturn

from coview.errors import UserError
from coview.flags import flags
from coview.kinds import kinds_of

NEAR = 0.75
"""How alike an option must be to be taken for a mistyped one: of 0 to 1, two dashes counted."""


class Parser(argparse.ArgumentParser):
    """argparse whose mistakes are one sentence, with the nearest option that exists."""

    def __init__(self, **how: Any) -> None:
        how.setdefault("formatter_class", Formatter)
        super().__init__(allow_abbrev=False, **how)

    def error(self, message: str) -> NoReturn:
        """Raises UserError."""
        raise UserError(f"{message[0].lower()}{message[1:]}; see {self.prog} --help")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options; unknown ones are refused with the nearest known."""
        found, unknown = self.parse_known_args(list(words))
        if unknown:
            flag = unknown[0].split("=")[0]
            known = list(self._option_string_actions)
            near = [k for k in known if len(flag) > 3 and k.startswith(flag)] or get_close_matches(
                flag, known, n=1, cutoff=NEAR
            )
            hint = f"did you mean {near[0]}?" if near else f"see {self.prog} --help"
            what = "option" if flag.startswith("-") else "place for"
            raise UserError(f"{self.prog} has no {what} {flag!r}; {hint}")
        return found


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal allows, up to a readable line."""

    def __init__(self, prog: str, **how: Any) -> None:
        import shutil

        super().__init__(prog, max_help_position=28, width=min(110, shutil.get_terminal_size((100, 24)).columns))


def add_option(group: Any, name: str, hint: Any, default: Any, text: str) -> None:
    """Adds one flag. What the user does not give is absent from the result (`SUPPRESS`).

    Args:
        group: parser or argument group.
        name: of the parameter.
        hint: its type.
        default: shown in the help.
        text: what it means.
    """
    spelled = flags(name)
    shown = default.value if isinstance(default, Enum) else default
    if shown not in (None, "", [], {}) and shown is not False:
        text = text if "(default:" in text else f"{text.rstrip('.')} (default: {_spell(shown)})"
    text = text.rstrip(".")
    how: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS, "help": text.replace("%", "%%")}
    kind = kinds_of(hint)[0]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is bool:
        word = spelled[0][2:]
        group.add_argument(*spelled, action="store_true", **how)
        group.add_argument(f"--no-{word}", dest=name, action="store_false", default=argparse.SUPPRESS,
                           help=argparse.SUPPRESS)  # fmt: skip
        return
    if isinstance(kind, type) and issubclass(kind, Enum):
        group.add_argument(*spelled, type=_member(kind), metavar=_members(kind), **how)
    elif origin is tuple and Ellipsis not in inner:
        group.add_argument(*spelled, nargs=len(inner), type=inner[0], action=_Tuple, metavar="X", **how)
    elif origin in (list, tuple, typing.get_origin(Sequence[str])) and kind is not str:
        add_several(group, *spelled, metavar=_metavar(name), kind=inner[0] if inner else str, **how)
    elif kind in (int, float, str):
        group.add_argument(*spelled, type=_number(kind), metavar=_metavar(name), **how)
    else:
        group.add_argument(*spelled, type=_yaml, metavar=_metavar(name), **how)


def add_several(group: Any, *spelled: str, metavar: str, kind: type = str, **how: Any) -> None:
    """Adds one flag that takes several words; where it is given again, more of them.

    Args:
        group: parser or argument group.
        spelled: the flag.
        metavar: what stands for a word in the help; members of an enum are listed instead.
        kind: of a word.
        how: more for `add_argument`.
    """
    if issubclass(kind, Enum):
        metavar = _members(kind)
    read = _member(kind) if issubclass(kind, Enum) else _number(kind)
    group.add_argument(*spelled, nargs="+", action="extend", type=read, metavar=metavar, **how)


class _Tuple(argparse.Action):
    """A fixed number of values, kept as a tuple."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        setattr(namespace, self.dest, tuple(values))


def pairs(words: Sequence[str], flag: str) -> dict[str, Any]:
    """`name=value` words as a dict; values are read as numbers, truth values, lists or text.

    Raises:
        UserError: a word has no `=`, or one name has two values.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UserError(f"{flag} takes name=value; {word!r} was given")
        if name in found:
            raise UserError(f"{flag} gives {name} twice, {found[name]} and {value}; say it once")
        found[name] = _yaml(value)
    return found


def pairs_or_nested(words: Sequence[str], flag: str) -> dict[str, Any]:
    """`name=value` words as a dict; `slot.name=value` words as dicts in it."""
    inner = [word for word in words if "." in word.partition("=")[0]]
    return {**pairs([word for word in words if word not in inner], flag), **nested(inner, flag)}


def nested(words: Sequence[str], flag: str) -> dict[str, dict[str, Any]]:
    """`slot.option=value` words as a dict of dicts.

    Raises:
        UserError: a word is of another form.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, value in pairs(words, flag).items():
        slot, dot, option = name.rpartition(".")
        if not dot:
            raise UserError(f"{flag} takes slot.option=value (image.size=64); {name!r} names no slot or modality")
        found.setdefault(slot, {})[option.replace("-", "_")] = value
    return found


def one_or_pairs(words: Sequence[str], flag: str) -> str | dict[str, str]:
    """One name for all, or `slot=name` words."""
    if len(words) == 1 and "=" not in words[0]:
        return words[0]
    return {slot: str(name) for slot, name in pairs(words, flag).items()}


def _member(kind: type[Enum]) -> Any:
    def read(word: str) -> Enum:
        try:
            return kind(word)
        except ValueError as error:
            near = get_close_matches(word, [str(m.value) for m in kind], n=1)
            has = ", ".join(str(m.value) for m in kind)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise argparse.ArgumentTypeError(f"it is one of {has}, and {word!r} was given{hint}") from error

    return read


def _members(kind: type[Enum]) -> str:
    return "|".join(str(member.value) for member in kind)


def _number(kind: Any) -> Any:
    if kind is str:
        return str

    def read(word: str) -> Any:
        try:
            return kind(word.replace("_", "")) if kind is int else kind(word)
        except ValueError as error:
            what = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"it takes {what}, and {word!r} was given") from error

    return read


def _yaml(word: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(word)
    except yaml.YAMLError:
        return word


def _metavar(name: str) -> str:
    return name.rpartition("_")[2].upper()


def _spell(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{k}={v}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
