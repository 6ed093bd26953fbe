"""Graphs in memory as samples: torch-geometric's `Data`, or anything like it, and nodes of one large graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coview.data.items import Items
from coview.data.source import Column, Source
from coview.errors import UserError
from coview.modalities.base import BadSample
from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.read import as_array, degrees
from coview.modalities.graph.wiring import Wiring

if TYPE_CHECKING:
    from coview.data.links import Links

NO_EDGE = "the graph has no edge to learn from: its nodes are told by their own features alone"

_MASKS = {"train": "train_mask", "valid": "val_mask", "test": "test_mask"}


class NodeItems(Items):
    """The items of a column whose samples are the nodes of a wiring, as they were told, of one natural view."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.number = None if wiring.number is None else wiring.number.tolist()

    def __len__(self) -> int:
        return len(self.wiring)

    def of(self, row: int) -> Sequence[Any | None]:
        return [NodeOf(self.wiring, row if self.number is None else self.number[row])]


def is_graph(thing: Any) -> bool:
    """Whether a thing in memory is a graph as torch-geometric keeps it: it has `edge_index`."""
    return getattr(thing, "edge_index", None) is not None


def from_graphs(graphs: Any, name: str = "graphs") -> Source:
    """Samples from graphs in memory.

    Args:
        graphs: one graph, whose nodes are the samples (`y` is their label, `train_mask`, `val_mask` and `test_mask`
            their split), or a list of graphs, each a sample (`y`, where it is one number, its label).
        name: of the source.

    Raises:
        UserError: the one graph has no nodes, arrays that do not fit, or masks of other than booleans or 0 and 1.
    """
    if is_graph(graphs):
        return _nodes_of(graphs, name)
    found = Source(name, {"graph": Column("graph", [[g] for g in graphs])}, [str(i) for i in range(len(graphs))])
    targets = [getattr(g, "y", None) for g in graphs]
    values = [None if y is None or np.size(as_array(y)) != 1 else as_array(y).item() for y in targets]
    if any(value is not None for value in values):
        found.labels["y"] = label_array(values)
    return found


def _nodes_of(graph: Any, name: str) -> Source:
    edges = as_array(graph.edge_index)
    own = getattr(graph, "x", None)
    count = len(own) if own is not None else int(getattr(graph, "num_nodes", None) or edges.max(initial=-1) + 1)
    values = getattr(graph, "edge_attr", None)
    try:
        x = degrees(edges, count) if own is None else as_array(own)
        wiring = Wiring.of(x, edges, None if values is None else as_array(values))
    except BadSample as bad:
        raise UserError(f"{name} {bad}") from bad
    source = node_source(name, wiring, [str(i) for i in range(count)])
    y = getattr(graph, "y", None)
    if y is not None and as_array(y).shape[:1] == (count,) and as_array(y).size == count:
        source.labels["y"] = as_array(y).reshape(-1)
    masks = {part: as_array(mask) for part, key in _MASKS.items() if (mask := getattr(graph, key, None)) is not None}
    if masks and all(mask.shape == (count,) for mask in masks.values()):
        source.split = split_of_masks({part: _as_mask(name, part, mask) for part, mask in masks.items()}, count)
    return source


def _as_mask(name: str, part: str, mask: np.ndarray) -> np.ndarray:
    """Booleans; integers would say which nodes by their number.

    Raises:
        UserError: it is neither of booleans nor of integers 0 and 1.
    """
    if mask.dtype == bool:
        return mask
    whole = np.issubdtype(mask.dtype, np.integer)
    strange = mask[(mask != 0) & (mask != 1)] if whole else mask
    if len(strange):
        found = f"has {strange[0]}" if whole else f"is {mask.dtype}"
        raise UserError(
            f"{name}: {_MASKS[part]} {found}; a mask is, for each node, True or False, or the integers 1 and 0"
        )
    return mask.astype(bool)


def split_of_masks(masks: dict[str, np.ndarray], count: int) -> list[str] | None:
    """The part of each node by torch-geometric's masks, `(count,)` booleans each; None where no mask says who trains.

    Nodes of no mask train: they have no label to learn from, but they are there to be looked at.
    """
    if not masks.get("train", np.zeros(0)).any():
        return None
    parts = np.full(count, "train", dtype=object)
    for part in ("valid", "test"):
        if part in masks:
            parts[masks[part]] = part
    return parts.tolist()


def node_source(
    name: str,
    wiring: Wiring,
    names: list[str],
    *,
    slot: str = "node",
    links: dict[str, Links] | None = None,
) -> Source:
    """The nodes of a wiring as samples; told where nothing links them."""
    if not len(wiring):
        raise UserError(f"{name} has no nodes")
    noted = [] if len(wiring.ends) else [NO_EDGE]
    return Source(name, {slot: Column("graph", NodeItems(wiring))}, names, links=links or {}, noted=noted)


def label_array(values: list[Any]) -> np.ndarray:
    """Labels as an array: whole numbers where all are known and whole, else numbers, else words."""
    if all(isinstance(v, bool | int | np.integer) for v in values):
        return np.array(values, np.int64)
    if all(v is None or isinstance(v, bool | int | float | np.number) for v in values):
        return np.array([np.nan if v is None else float(v) for v in values])
    return np.array([None if v is None else str(v) for v in values], dtype=object)
