"""Graphs in tables: `nodes` and `edges` side by side in a folder, as parquet, csv or another kind of table.

- `nodes`: an `id` (else the first column), numbers (features of the node; lists of numbers too), and anything else
  (labels and texts). Numbers named `label`, `class`, `category`, `target` or `y`, and those the user names, are labels.
  Without the table the nodes are those that edges name; without a number a node's one feature is log(1 + neighbours).
- `edges`: two columns of ids (`source` and `target`, `from` and `to`, `src` and `dst`, else the first two), numbers
  (features of the edge), words of at most 32 kinds (a feature for each kind), and `split`: an edge that is not of
  `train` is held out, so that it is not in the graph that is learned from, and link prediction is scored on it. Without
  a header the first two columns are the ids. Columns `user` and `item` (`user_id` and `item_id`) are two kinds of
  nodes, numbered apart where there is no table of nodes; edges are held out in any case, and ranking is scored on them.

Each node is a sample. With a column `graph` in `nodes`, each graph is a sample instead: then ids need differ within a
graph only, where `edges` has the column too, and a third table, `graphs`, may tell labels by `id`. A folder of folders
with such tables is the same, but that words of edges are no features: each is a graph, named as its folder, and
`graphs` stands beside them; a few folders without tables among them are left out and named. `edges` may be a header
alone where there are nodes.

A few words among a column's numbers are missing, and quoted. Edges without an end or to nodes that are not there and
nodes with a missing feature are left out and named; self loops and repeated edges are left out and counted (of
repeated ones one of `train` stays, and of these the one of the least numbers). Of samples that are graphs, one with
such an edge or node is left out and named.

The order of rows changes nothing, nor does the order of columns: a run knows nodes and features by their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from coview.data.graphs.edge_list import id_words
from coview.data.graphs.graph import node_source
from coview.data.graphs.graph_columns import Tables, numbered, read_tables, table_file, with_kinds
from coview.data.items import Items
from coview.data.kinds import count, some
from coview.data.links import Links
from coview.data.prepared.prepare import sample_ids
from coview.data.source import Column, Source
from coview.data.tables.cells import Rows, make_same
from coview.data.tables.infer_columns import infer, is_label
from coview.data.tables.read_table import read_table
from coview.data.tables.table_rows import label_values
from coview.errors import UserError
from coview.modalities.base import BadSample
from coview.modalities.graph.columns import DEGREE
from coview.modalities.graph.item import WholeGraph, once
from coview.modalities.graph.read import degrees
from coview.modalities.graph.wiring import Wiring

NAMED = 100
"""Things left out that are named one by one; more are counted."""

SIDE_NAMES = ("is a user", "is an item")
"""Features of users and items that have none of their own."""


def is_graph_folder(folder: Path) -> bool:
    """Whether a folder has a table of edges, or one of its sub-folders has and most have one of edges or nodes."""
    if not folder.is_dir():
        return False
    if table_file(folder, "edges") is not None:
        return True
    inside, others, several = _folders(folder), 0, False
    for path in inside:
        edges = table_file(path, "edges") is not None
        several = several or edges
        others += not edges and table_file(path, "nodes") is None
        if 2 * others >= len(inside):
            return False
    return several


def _folders(folder: Path) -> list[Path]:
    """The sub-folders that may be graphs, in order."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def open_graph_folder(folder: Path, labels: Sequence[str] = ()) -> Source:
    """The samples of a folder (see the module).

    Raises:
        UserError: a table cannot be read, ids repeat, or nothing is left.
    """
    if table_file(folder, "edges") is None:
        inside = _folders(folder)
        items = [[partial(folder_graph, path)] for path in inside]
        source = Source(folder.name, {"graph": Column("graph", items)}, [path.name for path in inside])
        source.understood = [f"each folder is a graph ({count(len(inside), 'folder')})", *_unread(inside)]
        return _labelled(source, folder, labels)
    tables = with_kinds(read_tables(folder, labels))
    return _nodes(folder, tables, labels) if tables.graph is None else _graphs(folder, tables, labels)


def _unread(folders: list[Path]) -> list[str]:
    """What is not read of the edges of folders that are a graph each, by the first with edges."""
    for folder in folders:
        try:
            tables = read_tables(folder) if table_file(folder, "edges") else None
        except UserError:
            continue
        if tables is not None and len(tables.ends):
            words = [name for name in tables.others.column_names if tables.others[name].null_count < len(tables.ends)]
            return [f"edges: not read: {some(words)} (of graphs in folders only numbers are)"] if words else []
    return []


def folder_graph(folder: Path) -> WholeGraph:
    """The tables of a folder as one graph; raises BadSample where that cannot be."""
    try:
        tables = read_tables(folder) if table_file(folder, "edges") else None
    except UserError as error:
        raise BadSample(str(error)) from error
    if tables is None:
        raise BadSample("has no table of edges, such as edges.csv (a header alone where there is no edge)")
    return _whole(tables, np.arange(len(tables.names)), np.arange(len(tables.ends)))


def _whole(tables: Tables, nodes: np.ndarray, edges: np.ndarray) -> WholeGraph:
    """Some nodes, ascending, and edges among them as one graph."""
    ends = tables.ends[edges]
    place = np.searchsorted(nodes, ends).clip(max=max(len(nodes) - 1, 0))
    strange = (ends < 0).any(1) | (nodes[place] != ends).any(1) if len(ends) else np.zeros(0, bool)
    if strange.any():
        raise BadSample(f"has an edge {tables.unknown(int(edges[np.flatnonzero(strange)[0]]))}")
    x, columns = tables.x[nodes], tables.columns
    if not x.shape[1]:
        x, columns = degrees(place.T, len(nodes)), ((DEGREE,), columns[1])
    single = _single(place, tables.part[edges], tables.values[edges], len(nodes))
    words = {name: column.of(edges[single]) for name, column in tables.words.items()}
    return WholeGraph.checked(x, place[single].T, tables.values[edges[single]], columns, words)


def _single(ends: np.ndarray, part: np.ndarray, values: np.ndarray, nodes: int) -> np.ndarray:
    """The edges `(E, 2)` that stay, ascending: no loops; of repeated ones who trains, and of the least numbers."""
    order = np.lexsort((*values.T[::-1], (part != "train").astype(int) + (part == "test")))
    return np.sort(order[once(ends[order].T, nodes)[0]])


class GraphItems(Items):
    """The items of a column whose samples are the graphs of two tables."""

    def __init__(self, tables: Tables, names: list[str]) -> None:
        assert tables.graph is not None
        self.tables = tables
        self.nodes, self.edges = (_rows_of(names, of) for of in tables.graph)

    def __len__(self) -> int:
        return len(self.nodes)

    def of(self, row: int) -> Sequence[Any | None]:
        return [partial(_whole, self.tables, self.nodes[row], self.edges[row])]


def _rows_of(names: list[str], of: np.ndarray) -> list[np.ndarray]:
    """The rows of each graph, ascending."""
    number = {name: i for i, name in enumerate(names)}
    owner = np.array([number.get(name, len(names)) for name in of.tolist()], np.int64)
    counts = np.bincount(owner, minlength=len(names) + 1)
    return np.split(np.argsort(owner, kind="stable"), counts.cumsum())[: len(names)]


def _graphs(folder: Path, tables: Tables, labels: Sequence[str]) -> Source:
    """Each graph a sample."""
    assert tables.graph is not None
    names = list(dict.fromkeys(tables.graph[0].tolist()))
    source = Source(folder.name, {"graph": Column("graph", GraphItems(tables, names))}, names)
    lost = sorted(set(tables.graph[1].tolist()) - set(names))
    source.skipped = tables.skipped + _some([(name or "an edge", "has edges and no nodes") for name in lost], "graph")
    source.understood = [f"graphs are samples ({count(len(names), 'graph')}, {count(len(tables.names), 'node')})"]
    source.understood += tables.understood
    return _labelled(source, folder, labels)


def _labelled(source: Source, folder: Path, labels: Sequence[str]) -> Source:
    """With the labels and texts that a table `graphs` tells of whole graphs.

    Raises:
        UserError: it cannot be read, or its ids repeat.
    """
    file = table_file(folder, "graphs")
    if file is None:
        return source
    table, skipped = read_table(file)
    key = next((n for n in table.column_names if n.lower() == "id"), table.column_names[0])
    row = numbered(file, id_words(table[key]).tolist(), "graph")
    at = pa.array([row.get(name) for name in source.names], pa.int64())
    slots, told, unread = _told(table.drop_columns([key]).take(at), labels)
    source.understood += [f"graphs: not read: {some(unread)}"] if unread else []
    return replace(source, columns=source.columns | slots, labels=told, skipped=source.skipped + skipped)


def _nodes(folder: Path, tables: Tables, labels: Sequence[str]) -> Source:
    """Each node a sample of the one graph."""
    good = np.asarray(np.isfinite(tables.x).all(1))
    known, finite = (tables.ends >= 0).all(1), np.isfinite(tables.values).all(1)
    unfit = [(tables.names[i], "a feature is missing or infinite") for i in np.flatnonzero(~good).tolist()]
    wrong = [(f"edge {i}", tables.unknown(i)) for i in np.flatnonzero(~known).tolist()]
    wrong += [(f"edge {i}", "a feature is missing or infinite") for i in np.flatnonzero(known & ~finite).tolist()]
    names = [name for name, fits in zip(tables.names, good.tolist(), strict=True) if fits]
    if not names:
        raise UserError(f"{folder} has no node whose features are all there")
    kept = np.flatnonzero(known & finite & good[tables.ends].all(1))
    ends, values, part = (np.cumsum(good) - 1)[tables.ends[kept]], tables.values[kept], tables.part[kept]
    single = _single(ends, part, values, len(names))
    seen = single[part[single] == "train"]
    kind = _sides(folder, ends, names) if tables.between else None
    x, (of_nodes, of_edges) = tables.x[good], tables.columns
    if not x.shape[1]:
        x, of_nodes = degrees(ends[seen].T, len(names)), (DEGREE,)
        if kind is not None:
            x, of_nodes = np.concatenate([x, np.eye(2, dtype=np.float32)[kind]], 1), (DEGREE, *SIDE_NAMES)
    held = len(single) - len(seen)
    ids = sample_ids(names)
    pairs = Links(ids[torch.from_numpy(ends[single])], part[single], ranked=tables.between)
    words = {name: column.of(kept[seen]) for name, column in tables.words.items()}
    wiring = Wiring.of(x, ends[seen].T, values[seen], kind=kind, ids=ids, columns=(of_nodes, of_edges), words=words)
    source = node_source(folder.name, wiring, names, links={"edges": pairs} if held else {})
    at = pa.array(np.flatnonzero(good))
    slots, source.labels, unread = _told(tables.rest.take(at) if tables.rest.column_names else tables.rest, labels)
    source.columns |= slots
    source.split = None if tables.split is None else [tables.split[i] for i in np.flatnonzero(good).tolist()]
    source.skipped = tables.skipped + _some(unfit, "node") + _some(wrong, "edge")
    source.understood = [
        f"nodes are samples ({count(len(names), 'node')}, {count(len(seen), 'edge')})",
        *tables.understood,
    ]
    if unread:
        source.understood.append(f"nodes: not read: {some(unread)}")
    lost = int((known & finite).sum()) - len(kept)
    if lost:
        gaps = [name for i, name in enumerate(tables.columns[0]) if not np.isfinite(tables.x[:, i]).all()]
        source.noted.append(
            f"{count(lost, 'edge')} went with skipped nodes, for a node needs all its features: fill {some(gaps)} for "
            "every node, or leave such columns out"
        )
    if len(single) < len(ends):
        source.understood.append(f"{count(len(ends) - len(single), 'self loop or repeated edge')} left out")
    if held:
        asked = "ranking" if tables.between else "link prediction"
        source.understood.append(f"{count(held, 'edge')} of valid and test held out for {asked}")
    return source


def _sides(folder: Path, ends: np.ndarray, names: list[str]) -> np.ndarray:
    """`(N,)` 0 for users, 1 for items and what has no edge.

    Raises:
        UserError: a node is both.
    """
    kind = np.ones(len(names), np.int64)
    kind[ends[:, 0]] = 0
    both = np.flatnonzero(kind[ends[:, 1]] == 0)
    if len(both):
        raise UserError(
            f"{folder}: {names[ends[both[0], 1]]!r} is a user in one edge and an item in another; "
            "give users and items ids of their own"
        )
    return kind


def _told(table: pa.Table, labels: Sequence[str]) -> tuple[dict[str, Column], dict[str, Any], list[str]]:
    """Texts as slots; labels: numbers, words of few kinds, and what is named; and the columns that are neither."""
    slots: dict[str, Column] = {}
    told: dict[str, np.ndarray] = {}
    for name in table.column_names:
        column = table[name]
        numeric = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        if name in labels or is_label(name, column) or numeric:
            told[name] = label_values(column)
        elif (kind := infer(name, column, Path())) is not None and kind.modality == "text":
            slots[name] = Column("text", Rows([column], make_same))
    return slots, told, [name for name in table.column_names if name not in slots and name not in told]


def _some(left_out: list[tuple[str, str]], thing: str) -> list[tuple[str, str]]:
    """The first hundred by name, and how many more."""
    more = len(left_out) - NAMED
    return left_out[:NAMED] + ([(f"{count(more, f'more {thing}')}", "for reasons like these")] if more > 0 else [])
