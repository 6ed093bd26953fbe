"""What a user may choose of graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from coview.errors import UserError
from coview.modalities.graph.sampler import largest

MOST_NODES = 512
"""Nodes of a whole graph that are read by default, at most."""


@dataclass(frozen=True)
class GraphOptions:
    """Options of `Graph.adapt`.

    Args:
        nodes: most nodes of a whole graph; larger ones are left out. Default: of the largest training graph, at most
            512.
        fanout: neighbours drawn at the seed, at each of them, and so on, where a sample is a node of a large graph.
        scale: least and greatest share of a whole graph's nodes that a look keeps, grown from a random one.
        drop_edges: share of the edges that a look drops.
        drop_features: share of the features that a look does without, the same ones at all of its nodes.
        hide_nodes: share of a whole graph's nodes that a look shows without features.
    """

    nodes: int | None = None
    fanout: Sequence[int] = (8, 4)
    scale: Sequence[float] = (0.7, 1.0)
    drop_edges: float = 0.1
    drop_features: float = 0.1
    hide_nodes: float = 0.1

    @classmethod
    def of(cls, options: dict[str, Any]) -> GraphOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"graph has no option {name!r}; it has {', '.join(known)}")
        chosen = cls(**{name: given for name, given in options.items() if given is not None})
        if chosen.nodes is not None and not 1 <= chosen.nodes <= 100_000:
            raise UserError(f"graph's nodes is {chosen.nodes}; it must lie between 1 and 100,000")
        fanout = list(chosen.fanout)
        if not fanout or min(fanout) < 1 or largest(fanout) > 10_000:
            raise UserError(
                f"graph's fanout is {fanout}; give the neighbours of each layer, 10,000 nodes in all at most"
            )
        low, high = chosen.scale
        if not 0 < low <= high <= 1:
            raise UserError(f"graph's scale is two shares of the nodes, 0 < least <= greatest <= 1, not {[low, high]}")
        for name in ("drop_edges", "drop_features", "hide_nodes"):
            if not 0 <= getattr(chosen, name) < 1:
                raise UserError(f"graph's {name} is {getattr(chosen, name)}; it is a share from 0 to less than 1")
        return chosen
