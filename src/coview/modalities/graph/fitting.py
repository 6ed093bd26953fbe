"""What a graph slot's modality learns from its items."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from coview.errors import UserError
from coview.modalities.graph.features import Moments
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.options import MOST_NODES, GraphOptions
from coview.modalities.graph.sampler import largest


def fit(items: Iterable[WholeGraph | NodeOf], chosen: GraphOptions) -> dict[str, Any]:
    """Scales of features, T and level, as `Graph` takes them.

    Of whole graphs those with the commonest numbers of features count; where there is no edge, that of nodes. Edges of
    a large graph all count, nodes those that are among the items.

    Raises:
        UserError: there are no items, or whole graphs and nodes of a large one.
    """
    kept = list(items)
    nodes_of = [item for item in kept if isinstance(item, NodeOf)]
    wholes = [item for item in kept if isinstance(item, WholeGraph)]
    if nodes_of and wholes:
        raise UserError("a graph slot holds whole graphs or nodes of a large one, and this one holds both")
    if nodes_of:
        wiring = nodes_of[0].wiring
        node, edge = Moments(wiring.x.shape[1]), Moments(wiring.values.shape[1])
        node.add(wiring.x[[item.node for item in nodes_of]].numpy())
        edge.add(wiring.values.numpy())
        most = largest(chosen.fanout)
        large = {"total": len(wiring), "kinds": int(wiring.kinds.max()) + 1}
    elif wholes:
        bonded = [item for item in wholes if len(item.values)]
        widths = Counter((item.x.shape[1], item.values.shape[1]) for item in bonded or wholes)
        common = widths.most_common(1)[0][0]
        fitting = [item for item in wholes if item.x.shape[1] == common[0]]
        fitting = [item for item in fitting if item.values.shape[1] == common[1] or not len(item.values)]
        node, edge = Moments(common[0]), Moments(common[1])
        for item in fitting:
            node.add(item.x)
            if len(item.values):
                edge.add(item.values)
        largest_graph = max(len(item.x) for item in fitting)
        large = {}
        most = chosen.nodes or min(largest_graph + math.ceil(largest_graph / 8), MOST_NODES)
    else:
        raise UserError("there is no graph to fit to")
    of_node, of_edge = node.scale(), edge.scale()
    scales = {"mean": of_node.mean, "std": of_node.std, "edge_mean": of_edge.mean, "edge_std": of_edge.std}
    return {**scales, **large, "nodes": most, "by_node": bool(nodes_of)}
