"""Graphs of any size in one value: flat arrays and an index.

Ragged, not padded. A graph's cost is its own nodes and edges, and graph layers (gather along edges, sum at nodes) read
flat arrays anyway. Padded to the largest graph, 256 molecules of 9 to 48 atoms hold 3.4 times the numbers and a
pass of GIN over them takes 2.9 times as long; a padded adjacency would be larger still, and 332 regions of a brain
beside a molecule of 12 atoms could not share a data set. Only what masked methods see is padded, for tokens are
`(B, V, T, P)` by contract: T is fixed for a run (`most`), so that draws do not depend on the chunk.

The index is what keeps this small: rows, views and axes are chosen on a plain tensor of graph numbers, and the arrays
stay where they are until they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from coview.modalities.graph.wiring import Seeds


@dataclass(frozen=True)
class Flat:
    """G graphs side by side: M nodes, E edges.

    Args:
        x: `(M, F)` of the nodes.
        edges: `(2, E)` int64, both ends of each edge, counted over all M nodes; each edge once, in the order of graphs.
        values: `(E, P)` of the edges; P may be 0.
        count: `(G,)` int64, nodes of each graph.
    """

    x: Tensor
    edges: Tensor
    values: Tensor
    count: Tensor

    def to(self, dtype: torch.dtype) -> Flat:
        """With features of another floating dtype."""
        return self._like(Flat(self.x.to(dtype), self.edges, self.values.to(dtype), self.count))

    @cached_property
    def start(self) -> Tensor:
        """`(G,)` int64, where each graph's nodes begin."""
        return self.count.cumsum(0) - self.count

    @cached_property
    def graph(self) -> Tensor:
        """`(M,)` int64, the graph of each node."""
        return torch.arange(len(self.count), device=self.count.device).repeat_interleave(
            self.count, output_size=len(self.x)
        )

    @cached_property
    def place(self) -> Tensor:
        """`(M,)` int64, the number of each node within its graph."""
        return torch.arange(len(self.x), device=self.x.device) - self.start.index_select(0, self.graph)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("x", "edges", "values", "count")}

    def with_nodes(self, x: Tensor) -> Flat:
        """The same graphs with other features of the same nodes."""
        return self._like(Flat(x, self.edges, self.values, self.count))

    def with_edges(self, edges: Tensor, values: Tensor) -> Flat:
        """The same nodes with other edges between them."""
        return self._like(Flat(self.x, edges, values, self.count))

    def _like(self, other: Flat) -> Flat:
        """Another with the same nodes, which need not be counted again."""
        for name in ("start", "graph", "place"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    def both_ways(self) -> tuple[Tensor, Tensor]:
        """Every edge in both directions, `(2, 2E)`, and its values, `(2E, P)`."""
        return torch.cat([self.edges, self.edges.flip(0)], 1), self.values.repeat(2, 1)

    def select(self, nodes: Tensor, edges: Tensor | None = None) -> Flat:
        """The nodes told and the edges between them.

        Args:
            nodes: `(M,)` bool.
            edges: `(E,)` bool, of those edges only.
        """
        first, second = (nodes.index_select(0, ends) for ends in self.edges)
        kept = first & second if edges is None else first & second & edges
        here, bonds = nodes.nonzero()[:, 0], kept.nonzero()[:, 0]
        number = nodes.cumsum(0) - 1
        ends = number.index_select(0, self.edges.index_select(1, bonds).flatten()).view(2, -1)
        count = torch.zeros_like(self.count).index_add_(0, self.graph, nodes.to(self.count.dtype))
        return Flat(self.x.index_select(0, here), ends, self.values.index_select(0, bonds), count)

    def padded(self, each: Tensor, most: int) -> Tensor:
        """Something of each node, `(M, ...)`, as `(G, most, ...)` with zeros after each graph's last node."""
        at = self.graph * most + self.place
        return each.new_zeros(len(self.count) * most, *each.shape[1:]).index_copy(0, at, each).unflatten(0, (-1, most))


@dataclass(frozen=True)
class Graphs:
    """A tensor of graphs, `index.shape + (most,)`: rows, views and axes are chosen as of any tensor.

    Args:
        x: `(M, F)` of all stored nodes.
        edges: `(2, E)`, both ends of each stored edge, counted within its graph; each edge once.
        values: `(E, P)` of the stored edges; P may be 0.
        node_start: `(S + 1,)` int64, where each stored graph's nodes begin.
        edge_start: `(S + 1,)` int64, the same of edges.
        index: any shape, int64, which stored graph stands where.
        most: T, nodes that a graph may have.
        joined: what `flat` gives, where it is known.
        seeds: `(S,)`, of neighbourhoods in a large graph, the node that each stored graph is the neighbourhood of.
    """

    x: Tensor
    edges: Tensor
    values: Tensor
    node_start: Tensor
    edge_start: Tensor
    index: Tensor
    most: int
    joined: Flat | None = field(default=None, repr=False)
    seeds: Seeds | None = field(default=None, repr=False)

    @classmethod
    def of(cls, flat: Flat, shape: tuple[int, ...], most: int, seeds: Seeds | None = None) -> Graphs:
        """Flat graphs in the order of a shape."""
        edge_graph = flat.graph.index_select(0, flat.edges[0])
        edges = flat.edges - flat.start.index_select(0, edge_graph)
        edge_count = torch.bincount(edge_graph, minlength=len(flat.count))
        index = torch.arange(len(flat.count), device=flat.count.device).view(shape)
        return cls(flat.x, edges, flat.values, _starts(flat.count), _starts(edge_count), index, most, flat, seeds)

    @property
    def shape(self) -> torch.Size:
        """`(..., T)`."""
        return torch.Size((*self.index.shape, self.most))

    @property
    def ndim(self) -> int:
        """Axes, the one of nodes included."""
        return self.index.ndim + 1

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.index.device

    @property
    def dtype(self) -> torch.dtype:
        """Of the nodes."""
        return self.x.dtype

    @property
    def nbytes(self) -> int:
        """Of everything stored."""
        parts = (self.x, self.edges, self.values, self.node_start, self.edge_start, self.index)
        return sum(part.nbytes for part in parts)

    @property
    def count(self) -> Tensor:
        """Nodes of each graph, int64, in the index's shape."""
        return self.node_start[self.index + 1] - self.node_start[self.index]

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, at: Any) -> Graphs:
        return replace(self, index=self.index[at], joined=None)

    def flatten(self, start: int = 0, end: int = -1) -> Graphs:
        """Axes of the index in one."""
        return replace(self, index=self.index.flatten(start, end))

    def unflatten(self, axis: int, sizes: tuple[int, ...]) -> Graphs:
        """One axis of the index in several."""
        return replace(self, index=self.index.unflatten(axis, sizes))

    def is_floating_point(self) -> bool:
        """Whether nodes are (prepared ones are, stored ones need not be)."""
        return self.x.is_floating_point()

    def to(self, where: Any, non_blocking: bool = False) -> Graphs:
        """On another device, what the index names alone; or with nodes and edges of another floating dtype."""
        if isinstance(where, torch.dtype):
            if where == self.x.dtype:
                return self
            joined = None if self.joined is None else self.joined.to(where)
            return replace(self, x=self.x.to(where), values=self.values.to(where), joined=joined)
        if torch.device(where) == self.device:
            return self
        packed = self.packed()
        names = ("x", "edges", "values", "node_start", "edge_start", "index")
        moved = {name: getattr(packed, name).to(where, non_blocking=non_blocking) for name in names}
        seeds = None if packed.seeds is None else packed.seeds.to(where)
        return replace(packed, **moved, joined=None, seeds=seeds)

    def packed(self) -> Graphs:
        """The same graphs with nothing stored that the index does not name."""
        return Graphs.of(self.flat(), tuple(self.index.shape), self.most, self.around())

    def around(self) -> Seeds | None:
        """The node that each graph is the neighbourhood of, in the index's order, or None."""
        return None if self.seeds is None else self.seeds[self.index.flatten()]

    def flat(self) -> Flat:
        """The graphs in the index's order, side by side."""
        if self.joined is not None:
            return self.joined
        index = self.index.flatten()
        nodes, count = _ranges(self.node_start, index)
        edges, edge_count = _ranges(self.edge_start, index)
        shift = (count.cumsum(0) - count).repeat_interleave(edge_count, output_size=len(edges))
        ends = self.edges.index_select(1, edges).long() + shift
        return Flat(self.x.index_select(0, nodes), ends, self.values.index_select(0, edges), count)


def _starts(count: Tensor) -> Tensor:
    return torch.cat([count.new_zeros(1), count.cumsum(0)])


def _ranges(start: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """All places of the stretches that `index` names, one after another, and how many each has."""
    first = start[index]
    count = start[index + 1] - first
    total = int(count.sum())
    shift = (first - (count.cumsum(0) - count)).repeat_interleave(count, output_size=total)
    return torch.arange(total, device=start.device) + shift, count
