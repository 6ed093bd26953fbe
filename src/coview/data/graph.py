"""Graphs in memory and in tables as samples.

- Nodes of one large graph: torch-geometric's `Data`, or a folder (or the two tables in it) of

      nodes.parquet   id, features (numbers), labels and texts (anything else), split
      edges.parquet   two columns of ids (source, target), features (numbers), split

  (`.csv` as well). Each node is a sample. An edge of another split than train is held out: it is not in the graph that
  is learned from, and link prediction is scored on it.
- Many small graphs: a list of `Data`, a column of SMILES, a folder of such folders, or the same two tables with a
  column `graph` in `nodes` (then ids need differ within a graph only) and, for labels of whole graphs, a third
  table `graphs` with `id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coview.modalities.graph.item import NodeOf

if TYPE_CHECKING:
    from coview.modalities.graph.wiring import Wiring


class NodeItems(Sequence[Sequence[Any]]):
    """The items of a column whose samples are the nodes of a wiring, of one natural view."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    def __len__(self) -> int:
        return len(self.wiring)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        return [NodeOf(self.wiring, row)]
