"""Raw graphs of several kinds as items."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from coview.modalities.base import BadSample
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.molecule import molecule

_EDGES = ("edges", "edge_index")
_VALUES = ("values", "edge_values", "edge_attr", "edge_weight")


def read_graph(raw: Any) -> WholeGraph | NodeOf:
    """A graph as an item.

    Args:
        raw: a dict or an object (torch-geometric's `Data`) with `edge_index` or `edges (2, E)`, `x (n, F)` and, where
            edges have features, `edge_attr (E, P)`; a tuple `(x, edges)` or `(x, edges, values)`; a SMILES string
            (needs RDKit); an item, or a function that makes one. Without `x`, a node's one feature is log(1 + its
            neighbours).

    Raises:
        BadSample: see `WholeGraph.checked`, or something else altogether.
        MissingExtra: a SMILES string without RDKit.
    """
    match raw:
        case WholeGraph() | NodeOf():
            return raw
        case str():
            return molecule(raw)
        case Mapping():
            return _of_parts(raw.get)
        case (x, edges):
            return WholeGraph.checked(as_array(x), as_array(edges))
        case (x, edges, values):
            return WholeGraph.checked(as_array(x), as_array(edges), as_array(values))
        case _ if any(getattr(raw, name, None) is not None for name in _EDGES):
            return _of_parts(partial(_attribute, raw))
        case _ if callable(raw):
            return read_graph(raw())
        case _:
            raise BadSample(f"is {type(raw).__name__}, not a graph (a dict with x and edges, a SMILES string)")


def _attribute(raw: Any, name: str) -> Any:
    """A field, None where there is none; `Data` has methods of such names."""
    found = getattr(raw, name, None)
    return None if callable(found) else found


def _of_parts(part: Any) -> WholeGraph:
    edges = next((found for name in _EDGES if (found := part(name)) is not None), None)
    values = next((found for name in _VALUES if (found := part(name)) is not None), None)
    x = part("x")
    if edges is None:
        raise BadSample("has no edges; give edges (2, E), which may be empty")
    edges = as_array(edges)
    edges = np.zeros((2, 0), np.int64) if edges.size == 0 else edges
    if x is None:
        count = part("num_nodes") or (int(edges.max()) + 1 if edges.size else 0)
        x = degrees(edges, int(count))
    return WholeGraph.checked(as_array(x), edges, None if values is None else as_array(values))


def degrees(edges: np.ndarray, nodes: int) -> np.ndarray:
    """log(1 + neighbours) of each node, `(n, 1)` float32: the feature of nodes that have none of their own."""
    if edges.ndim != 2 or len(edges) != 2 or edges.dtype.kind not in "iu":
        raise BadSample(f"has edges of {edges.dtype} {edges.shape}; they are whole numbers (2, edges)")
    inside = edges[:, (edges[0] != edges[1]) & (edges >= 0).all(0) & (edges < nodes).all(0)]
    pairs = np.unique(np.sort(inside, axis=0), axis=1)
    return np.log1p(np.bincount(pairs.ravel(), minlength=nodes).astype(np.float32))[:, None]


def as_array(value: Any) -> np.ndarray:
    """A tensor or anything like an array as an array."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
