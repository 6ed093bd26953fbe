"""What a user may choose of graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from coview.errors import UserError
from coview.kinds import Within
from coview.modalities.graph.sampler import largest
from coview.modalities.options import Options

MOST_NODES = 512
"""Nodes of a whole graph that are read by default, at most."""

_SHARES = ("drop_nodes", "drop_edges", "drop_features", "hide_nodes")

LOOKED_AT = ("fanout", "scale", *_SHARES)
"""Options of how graphs are looked at."""


@dataclass(frozen=True)
class GraphOptions(Options, modality="graph"):
    """Options of `Graph.adapt`.

    Args:
        nodes: most nodes of a whole graph; larger ones are left out. Default: an eighth more than the largest training
            graph has, at most 512.
        fanout: neighbours drawn at the seed, at each of them, and so on, where a sample is a node of a large graph.
        scale: least and greatest share of a whole graph's nodes that a look keeps, grown from a random one.
        drop_nodes: share of those nodes that a look leaves out besides.
        drop_edges: share of the edges that a look drops.
        drop_features: share of the features that a look does without, the same ones at all of its nodes.
        hide_nodes: share of a whole graph's nodes that a look shows without features.
    """

    nodes: Annotated[int, Within(1, 100_000)] | None = None
    fanout: tuple[int, ...] = (8, 4)
    scale: Annotated[tuple[float, float], Within(0.001, 1, rising=True)] = (0.7, 1.0)
    drop_nodes: Annotated[float, Within(0, 0.99)] = 0.05
    drop_edges: Annotated[float, Within(0, 0.99)] = 0.1
    drop_features: Annotated[float, Within(0, 0.99)] = 0.1
    hide_nodes: Annotated[float, Within(0, 0.99)] = 0.1

    def check(self) -> None:
        """Fan-outs that make a neighbourhood that fits."""
        fanout = list(self.fanout)
        if not fanout or min(fanout) < 1 or largest(fanout) > 10_000:
            raise UserError(
                f"graph's fanout is {fanout}; give the neighbours of each layer, 10,000 nodes in all at most"
            )
