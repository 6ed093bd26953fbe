"""Items put together as one stored value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from coview.errors import UserError
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.ragged import Graphs
from coview.modalities.graph.wiring import Seeds, Wiring

if TYPE_CHECKING:
    from coview.modalities.graph.modality import Graph


def store(
    items: Sequence[Sequence[WholeGraph | NodeOf | None]], shape: tuple[int, ...], modality: Graph
) -> Graphs | Seeds:
    """Items that fit, None where absent, as `Graphs` or as `Seeds`."""
    flat = [item for sample in items for item in sample]
    if modality.by_node:
        return _seeds([item for item in flat if not isinstance(item, WholeGraph)], shape, modality)
    return _graphs([item for item in flat if not isinstance(item, NodeOf)], shape, modality)


def _seeds(items: Sequence[NodeOf | None], shape: tuple[int, ...], modality: Graph) -> Seeds:
    wirings = {id(item.wiring): item.wiring for item in items if item is not None}
    if len(wirings) > 1:
        raise UserError(f"the nodes of a slot are of one large graph, and these are of {len(wirings)}")
    wiring = next(iter(wirings.values()), None)
    if wiring is None:
        nothing = np.zeros((0, modality.token_dim)), np.zeros((2, 0), int), np.zeros((0, modality.edge_dim))
        wiring = Wiring.of(*nothing)
    else:
        wiring = wiring.reading(modality.columns)
    index = torch.tensor([-1 if item is None else item.node for item in items], dtype=torch.int64)
    return Seeds(wiring, index.view(shape), modality.nodes)


def _graphs(items: Sequence[WholeGraph | None], shape: tuple[int, ...], modality: Graph) -> Graphs:
    there = [item for item in items if item is not None]
    kind = np.uint8 if all(item.x.dtype == np.uint8 for item in there) else np.float32
    read = [modality.columns.features(item) for item in there]
    x = np.concatenate([np.zeros((0, modality.token_dim), kind), *(x for x, _ in read)], dtype=kind)
    edges = np.concatenate([np.zeros((2, 0), np.int32), *(item.edges for item in there)], 1)
    values = np.concatenate([np.zeros((0, modality.edge_dim), np.float32), *(values for _, values in read)])
    nodes = [0 if item is None else len(item.x) for item in items]
    bonds = [0 if item is None else item.edges.shape[1] for item in items]
    node_start, edge_start = (torch.tensor([0, *n]).cumsum(0) for n in (nodes, bonds))
    index = torch.arange(len(items)).view(shape)
    nodes_x, ends, told = (torch.from_numpy(part) for part in (x, edges, values))
    return Graphs(nodes_x, ends, told, node_start, edge_start, index, modality.nodes)
