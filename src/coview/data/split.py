"""Which samples train, which are held out: the data set's own split, or 10 % by hash."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import torch
from torch import Tensor

from coview.data.source import Data, Source
from coview.errors import UserError

PARTS = ("train", "valid", "test")
HELD_OUT = 0.10
AT_MOST = 2_000


def split(samples: Source | Data, *, seed: int = 0) -> dict[str, Tensor]:
    """Rows `(n,)` int64 of each part, ascending.

    A data set's own split is kept. Where it names no `valid`, a tenth of its training samples is held out by a hash
    of the sample's group (or name), at most 2,000: the same sample falls on the same side whatever the order of the
    rows and whatever is added later (the 2,000 and the rule that no part is empty apart). Groups never straddle.

    Args:
        samples: what is to be split.
        seed: another seed, another tenth.

    Returns:
        `train` and `valid`, and `test` where the data set names one. With a single group everything is `train`.

    Raises:
        UserError: the data set's own split has no training samples, or an unknown part.
    """
    units = samples.names if samples.groups is None else samples.groups
    own = samples.split or ["train"] * len(samples)
    unknown = sorted(set(own) - set(PARTS))
    if unknown:
        raise UserError(f"{samples.name} has a split part {unknown[0]!r}; parts are train, valid and test")
    rows = {part: [i for i, p in enumerate(own) if p == part] for part in PARTS}
    if not rows["train"]:
        raise UserError(
            f"{samples.name} has no training samples: its own split holds only {' and '.join(sorted(set(own)))}"
        )
    if not rows["valid"]:
        held = held_out([units[i] for i in rows["train"]], seed=seed)
        rows["valid"] = [i for i, out in zip(rows["train"], held, strict=True) if out]
        rows["train"] = [i for i, out in zip(rows["train"], held, strict=True) if not out]
    if not rows["test"]:
        del rows["test"]
    return {part: torch.tensor(at, dtype=torch.int64) for part, at in rows.items()}


def held_out(
    units: Sequence[str], share: float = HELD_OUT, at_most: int = AT_MOST, *, seed: int = 0, salt: str = "valid"
) -> list[bool]:
    """Which samples are held out: those whose unit's hash is below `share`.

    Args:
        units: the name or group of each sample.
        share: the expected share of units, in (0, 1).
        at_most: no more samples than this (the units of least hash are kept), if one unit alone is not larger.
        seed: of the hash.
        salt: a name for this cut, so that several cuts of one data set are independent.
    """
    count: dict[str, int] = {}
    for unit in units:
        count[unit] = count.get(unit, 0) + 1
    place = {unit: unit_hash(unit, seed, salt) for unit in count}
    ranked = sorted(count, key=lambda unit: (place[unit], unit))
    chosen: set[str] = set()
    taken = 0
    for unit in ranked[:-1]:  # the last one trains, so that training is never empty
        if chosen and (place[unit] >= share or taken + count[unit] > at_most):
            break
        chosen.add(unit)
        taken += count[unit]
    return [unit in chosen for unit in units]


def unit_hash(unit: str, seed: int = 0, salt: str = "") -> float:
    """A number in [0, 1) that depends on these alone."""
    digest = blake2b(
        unit.encode("utf-8", "surrogateescape"), digest_size=8, key=f"{seed}/{salt}".encode()[:64]
    ).digest()
    return int.from_bytes(digest, "little") / 2.0**64
