from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.wiring import Wiring

PEOPLE, FILMS = 8, 12


def item(rng: np.random.Generator) -> dict[str, Any]:
    """A tree and a few more edges, of 3 to 9 nodes."""
    n = int(rng.integers(3, 10))
    tree = [(int(rng.integers(i)), i) for i in range(1, n)]
    more = [tuple(rng.integers(0, n, 2).tolist()) for _ in range(2)]
    edges = np.array(tree + more).T
    return {"x": rng.normal(size=(n, 5)), "edges": edges, "values": rng.normal(size=(edges.shape[1], 2))}


@cache
def cinema() -> Wiring:
    """People and films, each person with 3 films or more; film 19 has been seen by nobody."""
    rng = np.random.default_rng(0)
    seen = [(person, PEOPLE + int(f)) for person in range(PEOPLE) for f in rng.permutation(FILMS - 1)[: 3 + person % 3]]
    kind = np.repeat([0, 1], [PEOPLE, FILMS])
    return Wiring.of(rng.normal(size=(PEOPLE + FILMS, 5)), np.array(seen).T, kind=kind)


def node(rng: np.random.Generator) -> NodeOf:
    """One of them."""
    return NodeOf(cinema(), int(rng.integers(PEOPLE + FILMS)))
