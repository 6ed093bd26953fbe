"""The kinds of bad input that a table shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bad:
    """What is skipped and named.

    Args:
        raw: the value.
        good: the values it stands among; None for those of the modality's examples.
    """

    raw: Any
    good: Sequence[Any] | None = None


@dataclass(frozen=True)
class Kept:
    """What looks wrong and is read.

    Args:
        raw: the value.
        how: what becomes of it, in words.
        proof: whether that is so, told by the slot's modality and the value as it is stored, a view `(1, 1, ...)`.
        good: as of `Bad`.
    """

    raw: Any
    how: str
    proof: Callable[[Any, Any], Any]
    good: Sequence[Any] | None = None


@dataclass(frozen=True)
class Refused:
    """Data that makes no sense as a whole.

    Args:
        values: all of it.
    """

    values: Sequence[Any]


@dataclass(frozen=True)
class File:
    """A bad file beside good ones, made as for the page on bad input; the key is its row there.

    Args:
        how: what becomes of it, in words, where it is read.
    """

    how: str = ""


Case = Bad | Kept | Refused | File
