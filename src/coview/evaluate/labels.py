"""Labels as classes: which columns can be scored, and which samples carry which class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from coview.data.source import Data
from coview.errors import UserError

MOMENT = "moment"
"""The label that tells when a sample begins, in seconds of its recording (its group)."""


def classes_of(values: np.ndarray) -> tuple[np.ndarray, list[str]] | None:
    """Values as classes: codes `(N,)` int64, -1 where unknown, and the classes' names in sorted order.

    Unknown are None, NaN, infinity and empty text. Whole numbers are classes; other numbers are a quantity, of which
    there are none: None. Nor are there of states of several numbers each, `(N, K)`.
    """
    if values.ndim > 1:
        return None
    unknown = np.array([_unknown(v) for v in values.tolist()], dtype=bool)
    if values.dtype.kind == "f" and not np.equal(values[~unknown], np.round(values[~unknown])).all():
        return None
    known: list[Any] = [int(v) if values.dtype.kind == "f" else v for v in values[~unknown].tolist()]
    if any(isinstance(v, float) and not v.is_integer() for v in known):
        return None
    numeric = all(isinstance(v, bool | int | float) for v in known)
    keys: list[Any] = known if numeric else [str(v) for v in known]
    order = sorted(set(keys))
    codes = np.full(len(values), -1, dtype=np.int64)
    place = {key: i for i, key in enumerate(order)}
    codes[~unknown] = [place[key] for key in keys]
    named = dict(zip(keys, known, strict=True))
    return codes, [str(int(named[k]) if isinstance(named[k], float) else named[k]) for k in order]


def scorable(codes: np.ndarray, train: np.ndarray, scored: np.ndarray) -> bool:
    """Whether a probe can be trained and scored: classes that repeat in training and cover most scored samples.

    A column whose classes are as good as names (a sample's family, say) fails this.

    Args:
        codes: `(N,)` int64 classes, -1 where unknown.
        train: `(n,)` int64 rows that a probe learns from.
        scored: `(m,)` int64 rows that it is scored on.
    """
    counts = np.bincount(codes[train][codes[train] >= 0], minlength=1)
    repeated = np.flatnonzero(counts >= 2)
    known = codes[scored][codes[scored] >= 0]
    return len(repeated) >= 2 and len(known) >= 2 and bool(np.isin(known, repeated).mean() >= 0.5)


def choose_labels(
    data: Data, wanted: list[str] | None, train: np.ndarray, scored: np.ndarray, quantities: bool = False
) -> dict[str, tuple[np.ndarray, list[str]]]:
    """The columns to score, as codes `(N,)` and names of classes: those wanted, or every scorable one.

    Args:
        data: N samples.
        wanted: names of columns; None: every scorable one.
        train: `(n,)` int64 rows that a probe learns from.
        scored: `(m,)` int64 rows that it is scored on.
        quantities: whether quantities may be among those wanted; another protocol sees to them.

    Raises:
        UserError: a wanted column does not exist, is a quantity, or has no class that repeats in training.
    """
    found: dict[str, tuple[np.ndarray, list[str]]] = {}
    check_named(data, wanted or ())
    for name in probed(data) if wanted is None else wanted:
        classes = classes_of(data.labels[name])
        if classes is None:
            if wanted is not None and not quantities:
                raise UserError(
                    f"label {name!r} is a quantity, and these probes need classes: score it with ridge, or bin it into "
                    "a column of classes"
                )
        elif scorable(classes[0], train, scored):
            found[name] = classes
        elif wanted is not None and len(classes[1]) == 1:
            raise UserError(f"label {name!r} cannot be scored: it has one class only, {classes[1][0]!r}")
        elif wanted is not None:
            raise UserError(
                f"label {name!r} cannot be scored: fewer than half of the held-out samples have a class that at least "
                "two training samples have"
            )
    return found


def of_one_class(data: Data) -> list[str]:
    """The labels that tell no sample from another."""
    found = {name: classes_of(data.labels[name]) for name in probed(data)}
    return [name for name, classes in found.items() if classes is not None and len(classes[1]) == 1]


def probed(data: Data) -> list[str]:
    """The labels that probes are trained on where none is named: all but when a sample was taken."""
    return [name for name in data.labels if name != MOMENT]


def check_named(data: Data, wanted: Sequence[str]) -> None:
    """Raises UserError where there is no label of a name."""
    for name in wanted:
        if name not in data.labels:
            there = ", ".join(data.labels) or "none"
            raise UserError(f"{data.name} has no label column {name!r}; there are {there}")


def _unknown(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, str):
        return value == ""
    return value is None or type(value).__name__ in ("NAType", "NaTType")  # pandas' own, which has no truth value
