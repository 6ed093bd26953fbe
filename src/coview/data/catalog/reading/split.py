"""Splits that no seed, no order of files and no other part of the library can move: results refer to them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def fraction(name: str) -> float:
    """A number in [0, 1) that depends on the name alone."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") / 2**64


def split_by_hash(groups: Iterable[str], train: float = 0.7, valid: float = 0.1) -> list[str]:
    """One of train, valid and test for each group name: shares `train` and `valid` of the names, test the rest."""
    return [_part(fraction(group), train, valid) for group in groups]


def _part(at: float, train: float, valid: float) -> str:
    if at < train:
        return "train"
    return "valid" if at < train + valid else "test"
