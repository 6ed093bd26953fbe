"""Neighbourhoods of a large graph's nodes, sampled by key.

GraphSAGE's sampling (Hamilton, Ying, Leskovec, "Inductive Representation Learning on Large Graphs", NeurIPS 2017,
section 3.2): a few neighbours of the seed, a few of each of theirs, without replacement. What is drawn at a node
depends on (seed of the run, step, the sample's key, the look, the layer, the node) and on nothing else, so chunks,
processes and restarts change nothing; memory is that of the neighbourhoods asked for. A node is known by its name where
nodes have names, and neighbours are in the order of these (`Wiring`), so the order of a file's rows changes nothing
either, nor does a node that is far away.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from coview.modalities.graph.ragged import Flat
from coview.modalities.graph.wiring import Wiring
from coview.views.draw import Draw, mix


def largest(fanout: Sequence[int]) -> int:
    """Nodes that a sampled neighbourhood may have: 1 + f1 + f1 f2 + ..."""
    total, layer = 1, 1
    for width in fanout:
        layer *= width
        total += layer
    return total


def neighbourhoods(
    wiring: Wiring, seeds: Tensor, key: Tensor, draw: Draw, fanout: Sequence[int]
) -> tuple[Flat, Tensor]:
    """The sampled neighbourhood of each seed as a graph of its own.

    Args:
        wiring: the large graph.
        seeds: `(G,)` int64; -1 gives a graph without nodes.
        key: `(G,)` int64, what each seed's draws are keyed by.
        draw: gives seed, step and scope; its own key is not read.
        fanout: neighbours drawn at each node, layer by layer.

    Returns:
        The graphs (node 0 is the seed, the others follow as they were met, none twice; edges are those drawn, each
        once), and which node of the wiring each of their nodes is, `(M,)` int64.
    """
    graph = (seeds >= 0).nonzero()[:, 0]
    node = seeds[graph]
    met_graph, met_node = [graph], [node]
    drawn: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    for layer, width in enumerate(fanout):
        if layer > 1:  # the neighbours of one seed differ; those of its neighbours may not
            code = torch.unique(graph * len(wiring) + node)
            graph, node = code // len(wiring), code % len(wiring)
        at = draw.of(mix(key[graph] ^ wiring.keys[node]))
        which, there = some_of(wiring.degree[node], width, at, f"neighbours {layer}")
        slot = (wiring.start[node][:, None] + which)[there]
        graph, here = (x[:, None].expand_as(there)[there] for x in (graph, node))
        node = wiring.ends[slot].long()
        drawn.append((graph, here, node, slot))
        met_graph.append(graph)
        met_node.append(node)
    return _assemble(wiring, len(seeds), torch.cat(met_graph), torch.cat(met_node), drawn)


def some_of(have: Tensor, width: int, draw: Draw, name: str) -> tuple[Tensor, Tensor]:
    """At most `width` of `have (R,)` things each, drawn without replacement, every subset alike.

    Source: Floyd's algorithm (Bentley and Floyd, "A Sample of Brilliance", CACM 30(9), 1987), a row at a time.

    Returns:
        `(R, width)` int64 from 0 to have - 1, and which of them count, bool.
    """
    unit = draw(name, width)
    place = torch.arange(width, device=have.device)
    last = have[:, None] - width + place  # Floyd's j: the greatest number that may be drawn in this turn
    drawn = (unit * (last + 1)).long().minimum(last)
    for turn in range(1, width):
        taken = (drawn[:, :turn] == drawn[:, turn : turn + 1]).any(1)
        drawn[:, turn] = torch.where(taken, last[:, turn], drawn[:, turn])
    few = have[:, None] <= width
    return torch.where(few, place, drawn), place < have[:, None]


def _assemble(
    wiring: Wiring, graphs: int, graph: Tensor, node: Tensor, drawn: list[tuple[Tensor, Tensor, Tensor, Tensor]]
) -> tuple[Flat, Tensor]:
    """Nodes numbered within their graphs as they were met, and edges between those numbers."""
    code = graph * len(wiring) + node
    ranked, order = code.sort(stable=True)
    new = torch.ones_like(ranked, dtype=torch.bool)
    new[1:] = ranked[1:] != ranked[:-1]
    unique, first = ranked[new], order[new]
    rank = (unique // len(wiring) * len(code) + first).argsort()  # by graph, then as met
    number = torch.empty_like(rank)
    number[rank] = torch.arange(len(rank), device=rank.device)
    nodes = (unique % len(wiring))[rank]
    count = torch.bincount(unique // len(wiring), minlength=graphs)
    a_graph, a, b, slot = (torch.cat(parts) for parts in zip(*drawn, strict=True))
    ends = [number[torch.searchsorted(unique, a_graph * len(wiring) + end)] for end in (a, b)]
    low, high = torch.minimum(*ends), torch.maximum(*ends)
    pair, order = (low * len(nodes) + high).sort(stable=True)
    new = torch.ones_like(pair, dtype=torch.bool)
    new[1:] = pair[1:] != pair[:-1]
    kept = order[new]
    return Flat(wiring.x[nodes], torch.stack([low[kept], high[kept]]), wiring.values[slot[kept]], count), nodes
