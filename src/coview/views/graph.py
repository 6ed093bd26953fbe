"""Looks at graphs: parts grown, edges and features left out; drawn by node or by pair of nodes.

What is drawn at a node depends on the look's key and on which node it is, and what is drawn at an edge on both of its
ends and not on their order, so that a look is the same whatever else is in the chunk.
"""

from __future__ import annotations

import torch
from torch import Tensor

from coview.modalities.graph.ragged import Flat
from coview.views.draw import Draw, mix
from coview.views.order import ordered


def node_keys(flat: Flat, key: Tensor, node: Tensor | None = None) -> Tensor:
    """`(M,)` int64 draw keys of the nodes.

    Args:
        flat: the graphs.
        key: `(G,)` int64, of each look.
        node: `(M,)` int64, which node each is where it has a name of its own; default its place in its graph.
    """
    return mix(key.index_select(0, flat.graph) ^ mix(flat.place if node is None else node))


def pair_keys(flat: Flat, nodes: Tensor) -> Tensor:
    """`(E,)` int64 draw keys of the edges, the same for both directions, from those of the nodes `(M,)`."""
    return mix(nodes.index_select(0, flat.edges[0]) ^ nodes.index_select(0, flat.edges[1]))


def drop_edges(flat: Flat, draw: Draw, nodes: Tensor, share: float) -> Flat:
    """Each edge left out with probability `share`; nodes stay.

    Source: DropEdge (Rong et al., ICLR 2020), as GRACE (Zhu et al., 2020) and GraphCL (You et al., NeurIPS 2020) use
    it. `nodes (M,)` are the nodes' keys.
    """
    kept = (~draw.of(pair_keys(flat, nodes)).chance("edge", share)).nonzero()[:, 0]
    return flat.with_edges(flat.edges.index_select(1, kept), flat.values.index_select(0, kept))


def drop_features(flat: Flat, draw: Draw, key: Tensor, share: float) -> Flat:
    """Each of F features set to 0 with probability `share`, at all nodes of a look alike (GRACE).

    `key (G,)` int64 is that of each look.
    """
    dropped = draw.of(key).chance("feature", share, flat.x.shape[1])
    return flat.with_nodes(flat.x.masked_fill(dropped.index_select(0, flat.graph), 0))


def hide_nodes(flat: Flat, draw: Draw, nodes: Tensor, share: float) -> Flat:
    """All features of each node set to 0 with probability `share` (GraphCL's attribute masking).

    `nodes (M,)` are the nodes' keys.
    """
    hidden = draw.of(nodes).chance("hidden node", share)
    return flat.with_nodes(flat.x.index_fill(0, hidden.nonzero()[:, 0], 0))


def drop_nodes(flat: Flat, draw: Draw, nodes: Tensor, share: float) -> Tensor:
    """Nodes that stay, `(M,)` bool: each is left out with probability `share`, but one of a graph always stays.

    `nodes (M,)` are the nodes' keys.
    """
    unit = draw.of(nodes)("node")
    rank = _rank(flat, 1 - unit)
    first = rank.new_zeros(len(flat.count)).scatter_reduce(0, flat.graph, rank, "amin", include_self=False)
    return (unit >= share) | (rank == first.index_select(0, flat.graph))


def some_edges(flat: Flat, draw: Draw, nodes: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """At most `count` edges of each graph, drawn without replacement by the nodes' keys `nodes (M,)`.

    Returns:
        The places of both ends, `(G, count, 2)` int64, and which of them are edges, `(G, count)` bool.
    """
    owner = flat.graph.index_select(0, flat.edges[0])
    order = draw.of(pair_keys(flat, nodes)).bits("some edge").argsort(stable=True)
    order = order[owner[order].argsort(stable=True)]
    have = torch.bincount(owner, minlength=len(flat.count))
    turn = torch.arange(count, device=have.device)
    there = turn < have[:, None]
    at = order[((have.cumsum(0) - have)[:, None] + turn)[there]]
    ends = there.new_zeros((*there.shape, 2), dtype=torch.int64)
    ends[there] = flat.place[flat.edges[:, at]].T
    return ends, there


def shuffled(flat: Flat, draw: Draw, nodes: Tensor) -> Flat:
    """Features dealt anew among the nodes of each graph, which keeps its edges: Deep Graph Infomax's corruption.

    `nodes (M,)` are the nodes' keys.
    """
    order = _rank(flat, draw.of(nodes)("shuffle")).argsort()
    order = order[flat.graph.index_select(0, order).argsort(stable=True)]
    return flat.with_nodes(flat.x.index_select(0, order))


def grow(flat: Flat, draw: Draw, nodes: Tensor, share: Tensor, root: Tensor, most: int | None = None) -> Tensor:
    """The nodes of a connected part that holds a share of each graph, `(M,)` bool.

    The part is grown from the root: every edge takes a random time, exponentially distributed, to be crossed, and
    those reached first are taken (first-passage percolation: Eden's model, 1961). Where the root's component does not
    suffice, nodes of others fill up. At least one node, wherever there is one.

    Args:
        flat: the graphs.
        draw: gives seed, step and scope.
        nodes: `(M,)` the nodes' keys.
        share: `(G,)` of each graph's nodes.
        root: `(G,)` int64, where it begins, a place within the graph.
        most: nodes of a part at most.
    """
    time = -torch.log1p(-draw.of(pair_keys(flat, nodes))("crossing")).repeat(2)
    here, there = torch.cat([flat.edges, flat.edges.flip(0)], 1)
    unreached = 1e6 + draw.of(nodes)("unreached")
    reached = torch.where(flat.place == root.index_select(0, flat.graph), 0.0, unreached)
    while True:
        sooner = reached.scatter_reduce(0, there, reached.index_select(0, here).add_(time), "amin")
        if torch.equal(sooner, reached):
            break
        reached = sooner
    wanted = (share * flat.count).ceil().long().clamp_min(1)
    wanted = wanted if most is None else wanted.clamp_max(most)
    return least_within(flat, reached, wanted)


def least_within(flat: Flat, score: Tensor, wanted: Tensor) -> Tensor:
    """The nodes of the least scores in their graph, of equal ones the first, `(M,)` bool.

    Args:
        flat: the graphs.
        score: `(M,)` float32, not negative.
        wanted: `(G,)` int64, nodes of each graph, at least 1.
    """
    if not len(score):
        return torch.zeros_like(score, dtype=torch.bool)
    rank, width = _rank(flat, score), int(flat.count.max())
    rows = rank.new_full((len(flat.count) * width,), torch.iinfo(torch.int64).max)
    rows.index_copy_(0, flat.graph * width + flat.place, rank)
    last = ordered(rows.view(-1, width)).gather(1, (wanted - 1).clamp_max(width - 1)[:, None])[:, 0]
    return rank <= last.index_select(0, flat.graph)


def _rank(flat: Flat, score: Tensor) -> Tensor:
    """`(M,)` int64, different within a graph, in the order of float32 scores that are not negative, then of places."""
    return (score.view(torch.int32).long() << 32) | flat.place  # such floats are in the order of their bits
