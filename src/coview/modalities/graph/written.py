"""Neighbourhoods of a large graph's nodes, and what is written of each node in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from coview.batch import View
from coview.modalities.graph.ragged import Graphs
from coview.modalities.graph.sampler import neighbourhoods

if TYPE_CHECKING:
    from coview.modalities.graph.modality import Graph
    from coview.modalities.text import Text
    from coview.views.draw import Draw


def around(view: View, modality: Graph, draw: Draw) -> tuple[View, Tensor, Tensor]:
    """The neighbourhood of each sample's node, sampled anew.

    Args:
        view: `(B, 1)` stored nodes.
        modality: theirs.
        draw: keyed draws.

    Returns:
        Prepared graphs `(B, 1, T)`; which of their nodes are beside each other, `(B, T, T)` bool; and which node of the
        large graph each is, `(B, T)` int64, -1 for none.
    """
    seeds = torch.where(view.present, view.value.index, -1)[:, 0]
    flat, nodes = neighbourhoods(view.value.wiring, seeds, draw.bits("around"), draw, modality.fanout)
    most = modality.nodes
    beside = torch.zeros(len(seeds), most, most, dtype=torch.bool, device=seeds.device)
    (here, there), _ = flat.both_ways()
    beside[flat.graph[here], flat.place[here], flat.place[there]] = True
    value = Graphs.of(modality.scaled(flat), tuple(view.present.shape), most)
    return View(value, view.modality, view.present, value.count), beside, flat.padded(nodes + 1, most) - 1


def written(view: View, nodes: Tensor, modality: Text) -> Tensor:
    """Ids of what is written of some nodes of a large graph, 0 where padded and where nothing is: `(B, T, L)` int64.

    Args:
        view: any stored nodes of the graph.
        nodes: `(B, T)` int64, -1 for none.
        modality: of texts.
    """
    texts = view.value.wiring.texts
    items = [[texts.get(node) for node in row] for row in nodes.tolist()]
    return modality.collate(items).value.to(nodes.device)
