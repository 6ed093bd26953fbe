"""Edges that say who took what: users on the left, items on the right."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.links import TEST, VALID, last_held_out, part_of_pairs

SIDES = (("user", "item"), ("user_id", "item_id"), ("userid", "itemid"))
"""Names of the two columns, in small letters."""
_TIMES = ("timestamp", "time")


def is_between(a: str, b: str) -> bool:
    """Whether two columns of ends are users and items by their names."""
    return (a.lower(), b.lower()) in SIDES


def time_of(edges: pa.Table) -> str | None:
    """The column that says when, if there is one of numbers or dates."""
    kind = {name.lower(): (name, edges[name].type) for name in edges.column_names}
    found = [kind[name] for name in _TIMES if name in kind]
    return next(
        (name for name, t in found if types.is_integer(t) or types.is_floating(t) or types.is_temporal(t)), None
    )


def apart(told: np.ndarray) -> np.ndarray:
    """Names of ends by what they are, as users and items are numbered alike: `(E, 2)` words -> `(E, 2)` words."""
    named = [[f"{what} {word}" if word else "" for what, word in zip(("user", "item"), row)] for row in told.tolist()]
    return np.array(named, dtype=object).reshape(-1, 2)


def held_out(told: np.ndarray, edges: pa.Table, when: str | None) -> tuple[np.ndarray, str]:
    """The part of each edge where no column says it, `(E,)`, and what there is to tell of it.

    Args:
        told: `(E, 2)` what the ends are called.
        edges: the table.
        when: its column of times (`time_of`), or None.
    """
    if when is None or edges[when].null_count:
        how = f"of edges {TEST:.0%} are test and {VALID:.0%} valid, by a hash of their ends"
        left, right = told.T.tolist()
        return part_of_pairs(left, right, VALID, TEST), how
    who = np.unique(told[:, 0].astype(str), return_inverse=True)[1]
    moment = edges[when].combine_chunks()
    time = moment.cast(pa.int64()) if types.is_timestamp(moment.type) else moment
    how = f"of each user's edges the last {TEST:.0%} by {when} are test, the {VALID:.0%} before valid"
    order = np.argsort(told[:, 1].astype(str), kind="stable")  # of what came at one time the order is that of names
    found = last_held_out(who[order], np.asarray(time)[order])
    return found[np.argsort(order)], how
