"""What a graph slot's modality learns from its items."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from coview.errors import UserError
from coview.modalities.graph.columns import Columns
from coview.modalities.graph.features import Moments
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.options import MOST_NODES, GraphOptions
from coview.modalities.graph.sampler import largest


def fit(items: Iterable[WholeGraph | NodeOf], chosen: GraphOptions) -> dict[str, Any]:
    """Scales of features, T and level, as `Graph` takes them.

    Of whole graphs those count in which the commonest features are; where there is no edge, those of nodes. Edges of a
    large graph all count, nodes those that are among the items.

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
        columns = Columns.of(wiring)
        node, edge = (Moments(width) for width in columns.widths)
        node.add(wiring.x[[item.node for item in nodes_of]].numpy())
        edge.add(wiring.values.numpy())
        most = largest(chosen.fanout)
        large = {"total": len(wiring), "who": wiring.who, "kinds": int(wiring.kinds.max()) + 1}
    elif wholes:
        columns = _commonest([item for item in wholes if len(item.values)] or wholes)
        fitting = [item for item in wholes if not columns.unfit(item)]
        node, edge = (Moments(width) for width in columns.widths)
        for item in fitting:
            x, values = columns.features(item)
            node.add(x)
            if len(values):
                edge.add(values)
        largest_graph = max(len(item.x) for item in fitting)
        large = {}
        most = chosen.nodes or min(largest_graph + math.ceil(largest_graph / 8), MOST_NODES)
    else:
        raise UserError("there is no graph to fit to")
    of_node, of_edge = node.scale(), edge.scale()
    scales = {"mean": of_node.mean, "std": of_node.std, "edge_mean": of_edge.mean, "edge_std": of_edge.std}
    return {**scales, **large, "nodes": most, "by_node": bool(nodes_of), "columns": columns.names}


def _commonest(graphs: Sequence[WholeGraph]) -> Columns:
    """The features that most graphs have, whatever their order, in the order of the first of these."""
    alike: dict[Any, list[Columns]] = {}
    for columns in map(Columns.of, graphs):
        alike.setdefault((columns.widths, *map(frozenset, columns.names)), []).append(columns)
    return max(alike.values(), key=len)[0]
