"""Small graphs, and a large one with hubs."""

from __future__ import annotations

import numpy as np
import torch

from coview.batch import Batch, View
from coview.modalities.graph import Graph
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.wiring import Wiring


def whole(nodes: int = 5, edges: list[tuple[int, int]] | None = None, seed: int = 0) -> WholeGraph:
    """A ring, or the edges told, with 3 features a node and 2 an edge."""
    rng = np.random.default_rng(seed)
    pairs = [(i, (i + 1) % nodes) for i in range(nodes)] if edges is None else edges
    ends = np.array(pairs, np.int64).reshape(-1, 2).T
    return WholeGraph.checked(rng.normal(size=(nodes, 3)), ends, rng.normal(size=(ends.shape[1], 2)))


def several(n: int = 6, seed: int = 0) -> list[WholeGraph]:
    """Trees and a few more edges, of 1 to 9 nodes."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        size = int(rng.integers(1, 10)) if i else 1
        tree = [(int(rng.integers(j)), j) for j in range(1, size)]
        more = [(int(a), int(b)) for a, b in rng.integers(0, size, (2, 2))]
        found.append(whole(size, tree + more, seed + i))
    return found


def fitted(items: list[WholeGraph], **options: object) -> tuple[Graph, View]:
    """A modality and its stored view of one natural view each."""
    modality = Graph.adapt(items, **options)
    return modality, modality.collate([[item] for item in items])


def town(nodes: int = 200, hubs: int = 2, seed: int = 0) -> Wiring:
    """A random graph of about 5 edges a node, whose first nodes are joined to half of all; node 199 to nobody."""
    rng = np.random.default_rng(seed)
    plain = rng.integers(0, nodes - 1, (2, 5 * nodes // 2))
    star = [np.stack([np.full(nodes // 2, hub), rng.permutation(nodes - 1)[: nodes // 2]]) for hub in range(hubs)]
    edges = np.concatenate([plain, *star], 1)
    return Wiring.of(rng.normal(size=(nodes, 4)), edges, rng.normal(size=(edges.shape[1], 2)))


def people(wiring: Wiring, rows: list[int], **options: object) -> tuple[Graph, Batch]:
    """Some nodes of a wiring as a batch of two natural views each, the second another node."""
    modality = Graph.adapt([NodeOf(wiring, i) for i in range(len(wiring))], **options)
    items = [[NodeOf(wiring, i), NodeOf(wiring, (7 * i + 3) % len(wiring))] for i in rows]
    ids = torch.tensor(rows) + 1000
    return modality, Batch({"thing": modality.collate(items)}, ids, ids)
