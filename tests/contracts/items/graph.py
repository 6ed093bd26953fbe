from __future__ import annotations

from typing import Any

import numpy as np


def item(rng: np.random.Generator) -> dict[str, Any]:
    """A tree and a few more edges, of 3 to 9 nodes."""
    n = int(rng.integers(3, 10))
    tree = [(int(rng.integers(i)), i) for i in range(1, n)]
    more = [tuple(rng.integers(0, n, 2).tolist()) for _ in range(2)]
    edges = np.array(tree + more).T
    return {"x": rng.normal(size=(n, 5)), "edges": edges, "values": rng.normal(size=(edges.shape[1], 2))}
