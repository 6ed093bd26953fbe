"""Graphs edited within a part: edges moved, so many that the edit distance is known; drawn by node and by pair."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.modalities.graph.ragged import Flat
from coview.views.draw import Draw, mix
from coview.views.graph import least_within, pair_keys


def around(flat: Flat, root: Tensor, hops: int) -> Tensor:
    """The nodes at most so many edges from a node of each graph, `(M,)` bool; `root (G,)` is its place."""
    reached = flat.place == root.index_select(0, flat.graph)
    (here, there), _ = flat.both_ways()
    for _ in range(hops):
        met = torch.zeros_like(flat.place).index_add_(0, there, reached.index_select(0, here).long())
        reached = reached | (met > 0)
    return reached


def some_inside(flat: Flat, draw: Draw, nodes: Tensor, inside: Tensor, share: float) -> Tensor:
    """A share of the nodes inside a part of each graph, `(M,)` bool, at least one. `nodes` are the nodes' keys."""
    have = torch.zeros_like(flat.count).index_add_(0, flat.graph, inside.long())
    score = torch.where(inside, draw.of(nodes)("inside"), 2.0)
    return least_within(flat, score, (have * share).floor().long().clamp_min(1)) & inside


def move_edges(flat: Flat, draw: Draw, nodes: Tensor, inside: Tensor, wanted: Tensor, most: int) -> tuple[Flat, Tensor]:
    """Edges inside a part of each graph moved to where there was none inside it.

    A moved edge keeps its features, so that those of all edges stay what they were. Where too few pairs have no edge,
    the rest of the edges is taken away.

    Args:
        flat: the graphs.
        draw: keyed draws.
        nodes: `(M,)` the nodes' keys.
        inside: `(M,)` bool, the part.
        wanted: `(G,)` int64, edges to move; of fewer all.
        most: nodes that a graph may have.

    Returns:
        The graphs, and how many edges were taken away and put in, `(G,)` int64: their edit distances.
    """
    owner = flat.graph.index_select(0, flat.edges[0])
    within = inside[flat.edges[0]] & inside[flat.edges[1]]
    have = torch.zeros_like(flat.count).index_add_(0, owner, within.long())
    taken = wanted.minimum(have)
    order = draw.of(pair_keys(flat, nodes)).bits("taken").argsort(stable=True)
    order = order[(2 * owner + (~within).long())[order].argsort(stable=True)]
    edges = torch.bincount(owner, minlength=len(flat.count))
    start = edges.cumsum(0) - edges
    gone = torch.zeros_like(within)
    gone[order] = torch.arange(len(order), device=order.device) - start[owner] < taken[owner]
    at, there = _free_pairs(flat, draw, nodes, inside, taken, most)
    graph, turn = there.nonzero().T
    moved = order[start[graph] + turn]
    ends = at[there]
    new = torch.stack([ends // most, ends % most]) + flat.start[graph]
    owner = torch.cat([owner[~gone], graph])
    sorted_ = owner.argsort(stable=True)
    values = torch.cat([flat.values[~gone], flat.values[moved]])[sorted_]
    edited = flat.with_edges(torch.cat([flat.edges[:, ~gone], new], 1)[:, sorted_], values)
    return edited, taken + there.sum(1)


def _free_pairs(
    flat: Flat, draw: Draw, nodes: Tensor, inside: Tensor, wanted: Tensor, most: int
) -> tuple[Tensor, Tensor]:
    """Pairs inside that are no edge, drawn at random: `(G, K)` as low * most + high, and which of them are wanted."""
    key, free = flat.padded(nodes, most), flat.padded(inside, most)
    pair = mix(key[:, :, None] ^ key[:, None, :])
    score = draw.of(pair.flatten())("put in").view_as(pair)
    allowed = (free[:, :, None] & free[:, None, :]).triu(1)
    low, high = flat.place[flat.edges].sort(0).values
    allowed[flat.graph[flat.edges[0]], low, high] = False
    most_wanted = min(int(wanted.max()) if len(wanted) else 0, most * most)
    score, at = score.masked_fill(~allowed, 2.0).flatten(1).topk(most_wanted, largest=False)
    turn = torch.arange(most_wanted, device=at.device)
    return at, (score < 2) & (turn < wanted[:, None])
