"""Looks at prepared graphs that keep their edges and change whose features are where."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import View
from coview.modalities.base import Modality
from coview.modalities.graph.modality import Graph
from coview.modalities.graph.ragged import Graphs
from coview.views.draw import Draw
from coview.views.graph import node_keys, shuffled


def corrupted(view: View, modality: Modality, draw: Draw) -> View:
    """The same graphs with others' features at their nodes: Deep Graph Infomax's corruption.

    In neighbourhoods of a large graph each node has the features of one drawn from the whole of it, alike likely: among
    themselves neighbours are too similar to be told from what they were dealt, and a node without any is only itself.
    Of whole graphs each has its own features dealt anew among its nodes.
    """
    flat, around = view.value.flat(), view.value.around()
    nodes = node_keys(flat, draw.bits("corrupted", view.width).flatten())
    if around is None:
        return view.with_value(Graphs.of(shuffled(flat, draw, nodes), tuple(view.present.shape), view.value.most))
    assert isinstance(modality, Graph)
    x = around.wiring.x
    anyone = draw.of(nodes).integers("anyone", len(x))
    changed = flat.with_nodes(modality.node_scale(x[anyone]).to(flat.x.dtype))
    return view.with_value(Graphs.of(changed, tuple(view.present.shape), view.value.most, around))


def with_others(view: View, where: Tensor, draw: Draw) -> View:
    """The same graphs, nodes `where (B, V, T)` bool with features of a node of their own graph, drawn for each."""
    flat = view.value.flat()
    unit = draw("other node", view.width, view.value.most).flatten(0, 1)[flat.graph, flat.place]
    count = flat.count[flat.graph]
    other = flat.start[flat.graph] + (unit * count).long().minimum(count - 1)
    x = torch.where(where.flatten(0, 1)[flat.graph, flat.place][:, None], flat.x[other], flat.x)
    return view.with_value(Graphs.of(flat.with_nodes(x), tuple(view.present.shape), view.value.most))
