"""Who meets whom: edges of one large graph, drawn around its nodes, and nodes that they do not meet."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from coview.batch import View
from coview.errors import UserError
from coview.modalities.graph.sampler import some_of
from coview.modalities.graph.wiring import Seeds, Wiring
from coview.views.draw import Draw
from coview.views.looks import Positives, choose

TRIES = 8
"""Draws of a node that is to be a stranger."""


def partners(view: View, draw: Draw) -> View:
    """Each node and one of its neighbours, every one alike: `(B, V)` stored -> `(B, 2)`.

    Absent where the node is, and where it has no neighbours.
    """
    at, there = choose(view.present, draw, 1, Positives.NATURAL)
    seeds: Seeds = view.value
    wiring = seeds.wiring
    if not len(wiring.ends):
        raise UserError("the graph has no edges, and edges are what is learned from")
    node = seeds.index.gather(1, at)[:, 0]
    there = there[:, 0] & (node >= 0)
    node = node.clamp_min(0)
    which, met = some_of(wiring.degree[node], 1, draw, "partner")
    there = there & met[:, 0]
    partner = wiring.ends[(wiring.start[node] + which[:, 0]).clamp_max(len(wiring.ends) - 1)].long()
    pair = torch.stack([node, torch.where(there, partner, node)], 1)
    return View(Seeds(wiring, pair, seeds.most), view.modality, there[:, None].expand(-1, 2))


def interactions(view: View, draw: Draw) -> View:
    """Both ends of an edge of each node, the lower kind first, and a stranger: `(B, V)` stored -> `(B, 3)`.

    The stranger is of the second's kind and none of the first's neighbours; where `TRIES` draws found none but
    neighbours, it is the last drawn.
    """
    pair = partners(view, draw)
    wiring: Wiring = pair.value.wiring
    kinds = wiring.kinds[pair.value.index]
    left, right = torch.where((kinds[:, 0] > kinds[:, 1])[:, None], pair.value.index.flip(1), pair.value.index).unbind(
        1
    )
    by_kind = wiring.kinds.argsort(stable=True)
    count = torch.bincount(wiring.kinds)
    kind = wiring.kinds[right]
    turn = (draw("stranger", TRIES) * count[kind][:, None]).long().minimum(count[kind][:, None] - 1)
    drawn = by_kind[(count.cumsum(0) - count)[kind][:, None] + turn]
    known = met(wiring, left[:, None].expand_as(drawn), drawn) | (drawn == left[:, None])
    known[:, -1] = False
    stranger = drawn.gather(1, known.int().argmin(1, keepdim=True))
    index = torch.cat([left[:, None], right[:, None], stranger], 1)
    return View(Seeds(wiring, index, pair.value.most), view.modality, pair.present[:, :1].expand(-1, 3))


def met(wiring: Wiring, a: Tensor, b: Tensor) -> Tensor:
    """Whether nodes are joined: two of a shape -> bool of it."""
    code = a * len(wiring) + b
    place = torch.searchsorted(wiring.codes, code).clamp_max(len(wiring.codes) - 1)
    return wiring.codes[place] == code


def kept_edges(wiring: Wiring, draw: Draw, share: float, name: str) -> Tensor:
    """`(2E,)` bool, the edges of this step: each is left out with probability `share`, both ways alike.

    One draw for the whole step, whatever its chunks.
    """
    both = torch.minimum(wiring.codes, wiring.codes[wiring.reverse])
    return draw.of(both)(name) >= share


def each_node(node: Tensor, kind: Tensor, present: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Kind by kind, where each node that is there is first met: places in the flattened tensors.

    Args:
        node: any shape, int64.
        kind: the same shape, each node's kind.
        present: the same shape, bool.
    """
    node, kind, present = node.flatten(), kind.flatten(), present.flatten()
    for k in kind[present].unique().tolist():
        yield k, first_met(node, present & (kind == k))


def first_met(thing: Tensor, present: Tensor) -> Tensor:
    """Where each thing that is there is first met: `(N,)`, `(N,)` bool -> places `(n,)`, in the order of things."""
    at = present.nonzero()[:, 0]
    found, which = thing[at].unique(return_inverse=True)
    return at.new_full(found.shape, len(thing)).scatter_reduce(0, which, at, "amin")
