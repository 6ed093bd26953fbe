"""Graphs of three features a node and one an edge."""

from __future__ import annotations

from typing import Any

import numpy as np

from coview.batch import View
from parts.bad_input.cases import Bad, Case, Kept, Refused


def _graph(nodes: int, edges: list[tuple[int, int]], seed: int = 0, features: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    ends = np.array(edges, np.int64).reshape(-1, 2).T
    return {"x": rng.normal(size=(nodes, features)), "edges": ends, "values": rng.normal(size=ends.shape[1])}


def _edges(view: View) -> list[list[int]]:
    return view.value.flat().edges.T.tolist()


_RING = [(i, (i + 1) % 6) for i in range(6)]
GOOD = [_graph(6, _RING, seed) for seed in range(4)]
_PLAIN = [{"edges": np.array([[0, 1], [1, 2]])}] * 4
_NAN = _graph(6, _RING)
_NAN["x"][2, 1] = np.nan
_TWICE = _graph(3, [(0, 1), (1, 0), (0, 1)])

CASES: dict[str, Case] = {
    "no nodes": Bad(_graph(0, [])),
    "an edge to a node that is not there": Bad(_graph(3, [(0, 1), (1, 7)])),
    "a feature that is NaN or infinite": Bad(_NAN),
    "another number of features": Bad(_graph(6, _RING, features=5)),
    "nodes without features among nodes that have some": Bad(_PLAIN[0]),
    "more nodes than the slot has room for": Bad(_graph(40, [(0, 1)])),
    "a number of edge features that is not that of the edges": Bad({**_graph(6, _RING), "values": np.ones(2)}),
    "a text that is no molecule": Bad("not a molecule"),
    "a number": Bad(7),
    "no graph that has nodes": Refused([_graph(0, [])] * 4),
    "a single node": Kept(
        _graph(1, []),
        "a graph of one node; it predicts nothing where tokens are hidden",
        lambda m, v: v.length.item() == 1 and not _edges(v),
    ),
    "isolated nodes": Kept(
        _graph(4, [(0, 1)]),
        "they stay, with no neighbours",
        lambda m, v: v.length.item() == 4 and _edges(v) == [[0, 1]],
    ),
    "no edges": Kept(_graph(4, []), "nodes alone", lambda m, v: v.length.item() == 4 and not _edges(v)),
    "self loops": Kept(
        _graph(3, [(0, 0), (0, 1)]), "without them: every layer reads a node itself", lambda m, v: _edges(v) == [[0, 1]]
    ),
    "an edge twice, or in both directions": Kept(
        _TWICE,
        "once, with the features of the first",
        lambda m, v: _edges(v) == [[0, 1]] and np.isclose(float(v.value.flat().values.item()), _TWICE["values"][0]),
    ),
    "nodes without features throughout": Kept(
        _PLAIN[0],
        "log(1 + neighbours) is their one feature",
        lambda m, v: np.allclose(v.value.flat().x.flatten(), np.log1p([1, 2, 1])),
        _PLAIN,
    ),
}
