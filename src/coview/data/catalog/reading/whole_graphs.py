"""Many small graphs in one file, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coview.data.items import Items

if TYPE_CHECKING:
    from coview.modalities.graph.item import WholeGraph


def save(path: Path, graphs: Sequence[WholeGraph]) -> None:
    """Writes graphs whose features are whole numbers from 0 to 255."""
    nodes, edges = (np.cumsum([0, *n]) for n in zip(*((len(g.x), g.edges.shape[1]) for g in graphs), strict=True))
    np.savez(
        path,
        x=np.concatenate([g.x for g in graphs]),
        edges=np.concatenate([g.edges for g in graphs], 1).astype(np.int32),
        values=np.concatenate([g.values for g in graphs]).astype(np.uint8),
        node_start=nodes,
        edge_start=edges,
    )


class SavedGraphs(Items):
    """The items of a column of one natural view, from what `save` wrote."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as held:
            self.x, self.edges, self.values = held["x"], held["edges"], held["values"]
            self.node_start, self.edge_start = held["node_start"], held["edge_start"]

    def __len__(self) -> int:
        return len(self.node_start) - 1

    def of(self, row: int) -> Sequence[Any | None]:
        from coview.modalities.graph.item import WholeGraph

        nodes = slice(self.node_start[row], self.node_start[row + 1])
        edges = slice(self.edge_start[row], self.edge_start[row + 1])
        return [WholeGraph(self.x[nodes], self.edges[:, edges], self.values[edges].astype(np.float32))]
