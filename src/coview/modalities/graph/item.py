"""What a graph slot reads: one whole graph, or one node of a large one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from coview.modalities.base import BadSample
from coview.modalities.graph.columns import UNNAMED, Names, Words

if TYPE_CHECKING:
    from coview.modalities.graph.wiring import Wiring


@dataclass(frozen=True)
class WholeGraph:
    """One graph that is a sample. Edges have no direction and stand once each, smaller end first.

    Args:
        x: `(n, F)` of its nodes, n >= 1.
        edges: `(2, e)` int32, numbers of nodes.
        values: `(e, P)` float32 of its edges; P may be 0.
        columns: what features of nodes, and of edges, are called where they come from.
        words: columns of edges that hold words.
    """

    x: np.ndarray
    edges: np.ndarray
    values: np.ndarray
    columns: Names = UNNAMED
    words: Mapping[str, Words] = field(default_factory=dict, repr=False)

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        told = sum(column.code.nbytes for column in self.words.values())
        return self.x.nbytes + self.edges.nbytes + self.values.nbytes + told

    @classmethod
    def checked(
        cls,
        x: np.ndarray,
        edges: np.ndarray,
        values: np.ndarray | None = None,
        columns: Names = UNNAMED,
        words: Mapping[str, Words] | None = None,
    ) -> WholeGraph:
        """A graph from arrays as they come.

        Self loops are dropped (every layer reads a node's own features anyway), and so is the second of two edges
        between the same nodes, whatever their direction. Nodes without edges stay.

        Raises:
            BadSample: no nodes, features that are no numbers, NaN or infinite, or an edge to a node that is not there.
        """
        x, edges = np.asarray(x), np.asarray(edges)
        x = x[:, None] if x.ndim == 1 else x
        if x.ndim != 2 or x.dtype.kind not in "biuf":
            raise BadSample(f"has nodes of {x.dtype} {x.shape}; features are numbers (nodes, features)")
        if not len(x):
            raise BadSample("has no nodes")
        edges = np.zeros((2, 0), np.int64) if edges.size == 0 else edges
        if edges.ndim != 2 or edges.shape[0] != 2 or edges.dtype.kind not in "iu":
            raise BadSample(f"has edges of {edges.dtype} {edges.shape}; they are whole numbers (2, edges)")
        check_features(x, "node")
        check_ends(edges, len(x))
        if values is None:
            values = np.zeros((edges.shape[1], 0), np.float32)
        values = np.asarray(values, np.float32)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or len(values) != edges.shape[1]:
            raise BadSample(f"has {edges.shape[1]} edges and features of {len(values)}")
        check_features(values, "edge")
        kept, edges = once(edges, len(x))
        kind = np.uint8 if x.dtype.kind in "biu" and x.size and 0 <= x.min() <= x.max() <= 255 else np.float32
        told = {name: column.of(kept) for name, column in (words or {}).items()}
        return cls(np.ascontiguousarray(x, kind), edges.astype(np.int32), values[kept], columns, told)


@dataclass(frozen=True)
class NodeOf:
    """One node of a large graph that is a sample.

    Args:
        wiring: the graph, shared by all of its nodes.
        node: its number.
    """

    wiring: Wiring = field(repr=False)
    node: int

    nbytes = 64


def check_features(x: np.ndarray, what: str) -> None:
    """Raises BadSample where a feature is NaN or infinite."""
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        row = int(np.argwhere(~np.isfinite(x))[0][0])
        raise BadSample(f"has a feature of {what} {row} that is NaN or infinite")


def check_ends(edges: np.ndarray, nodes: int) -> None:
    """Raises BadSample where an edge ends at a node that does not exist."""
    wrong = (edges < 0) | (edges >= nodes)
    if wrong.any():
        at = int(np.argwhere(wrong.any(0))[0][0])
        a, b = edges[:, at].tolist()
        raise BadSample(f"has an edge {a} - {b}, and its nodes are 0 to {nodes - 1}")


def once(edges: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Which edges stay, `(e,)` int64, and those with their smaller end first, `(2, e)`; no loops, none twice."""
    low, high = edges.min(0), edges.max(0)
    code = low.astype(np.int64) * nodes + high
    _, first = np.unique(code, return_index=True)
    first = np.sort(first)
    first = first[low[first] != high[first]]
    return first, np.stack([low[first], high[first]])
