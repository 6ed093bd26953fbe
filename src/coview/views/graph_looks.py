"""Looks at prepared graphs that keep their edges and change whose features are where."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import View
from coview.modalities.graph.ragged import Graphs
from coview.views.draw import Draw
from coview.views.graph import node_keys, shuffled


def corrupted(view: View, draw: Draw) -> View:
    """The same graphs with the features of each dealt anew among its nodes (Deep Graph Infomax)."""
    flat = view.value.flat()
    dealt = shuffled(flat, draw, node_keys(flat, draw.bits("corrupted", view.width).flatten()))
    return view.with_value(Graphs.of(dealt, tuple(view.present.shape), view.value.most))


def with_others(view: View, where: Tensor, draw: Draw) -> View:
    """The same graphs, nodes `where (B, V, T)` bool with features of a node of their own graph, drawn for each."""
    flat = view.value.flat()
    unit = draw("other node", view.width, view.value.most).flatten(0, 1)[flat.graph, flat.place]
    count = flat.count[flat.graph]
    other = flat.start[flat.graph] + (unit * count).long().minimum(count - 1)
    x = torch.where(where.flatten(0, 1)[flat.graph, flat.place][:, None], flat.x[other], flat.x)
    return view.with_value(Graphs.of(flat.with_nodes(x), tuple(view.present.shape), view.value.most))
