"""What a user may choose of graphs."""

from __future__ import annotations

from dataclasses import dataclass

from coview.errors import UserError
from coview.modalities.graph.sampler import largest
from coview.modalities.options import Options

MOST_NODES = 512
"""Nodes of a whole graph that are read by default, at most."""

_SHARES = ("drop_nodes", "drop_edges", "drop_features", "hide_nodes")

LIMITS: dict[str, tuple[float, float]] = {
    "nodes": (1, 100_000),
    "scale": (0.001, 1),
    **dict.fromkeys(_SHARES, (0, 0.99)),
}

LOOKED_AT = ("fanout", "scale", *_SHARES)
"""Options of how graphs are looked at."""


@dataclass(frozen=True)
class GraphOptions(Options, modality="graph", limits=LIMITS):
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

    nodes: int | None = None
    fanout: tuple[int, ...] = (8, 4)
    scale: tuple[float, float] = (0.7, 1.0)
    drop_nodes: float = 0.05
    drop_edges: float = 0.1
    drop_features: float = 0.1
    hide_nodes: float = 0.1

    def check(self) -> None:
        """Fan-outs that make a neighbourhood that fits, shares in order."""
        fanout = list(self.fanout)
        if not fanout or min(fanout) < 1 or largest(fanout) > 10_000:
            raise UserError(
                f"graph's fanout is {fanout}; give the neighbours of each layer, 10,000 nodes in all at most"
            )
        low, high = self.scale
        if low > high:
            raise UserError(f"graph's scale is the least and the greatest share of the nodes, not {[low, high]}")
