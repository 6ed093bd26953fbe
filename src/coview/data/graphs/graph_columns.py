"""Tables of nodes and edges as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.graphs.edge_list import (
    are_usual_ends,
    end_columns,
    has_words,
    id_words,
    kinds_of_edges,
    read_edges,
    words_of,
)
from coview.data.graphs.interactions import apart, held_out, is_between, time_of
from coview.data.kinds import split_of
from coview.data.tables.infer_columns import LABEL_NAMES, is_list
from coview.data.tables.read_table import is_table, read_table
from coview.data.tables.strays import NUMBERS, settle_columns
from coview.data.tables.table_rows import Reading
from coview.errors import UserError
from coview.modalities.graph.columns import Names, Words


@dataclass(frozen=True)
class Tables:
    """What `nodes` and `edges` say.

    Args:
        names: N of the nodes.
        x: `(N, F)` float32, NaN where missing; F is 0 where there is no feature.
        ends: `(E, 2)` int64 numbers of nodes, -1 where none is called so.
        told: `(E, 2)` what the ends are called, nothing where that is missing.
        values: `(E, P)` float32, NaN where missing.
        part: `(E,)` of a split.
        graph: `(N,)` the graph of each node, and `(E,)` that of each edge, or None where there is one graph.
        rest: columns of `nodes` that are neither id, feature, graph nor split.
        split: `(N,)` of the nodes, or None.
        skipped: lines that could not be read.
        columns: names of the features of nodes, and of edges; nothing for those of edges without a header.
        words: columns of words among `others`.
        others: columns of `edges` that are neither end, number, graph nor split.
        between: whether edges go from users to items.
        understood: what there is to tell of the tables.
    """

    names: list[str]
    x: np.ndarray
    ends: np.ndarray
    told: np.ndarray
    values: np.ndarray
    part: np.ndarray
    graph: tuple[np.ndarray, np.ndarray] | None
    rest: pa.Table
    split: list[str] | None
    skipped: list[tuple[str, str]]
    columns: Names
    words: dict[str, Words]
    others: pa.Table
    between: bool
    understood: list[str]

    def unknown(self, edge: int) -> str:
        """Why an edge cannot be: an end that is not there."""
        a, b = self.told[edge]
        if not (a and b):
            return f"{a} - {b}: an end is missing"
        return f"{a} - {b}: there is no node {a if self.ends[edge, 0] < 0 else b}"


def table_file(folder: Path, name: str) -> Path | None:
    """The table of a name in a folder, whatever its ending."""
    found = sorted(path for path in folder.glob(f"{name}.*") if is_table(path.name) and path.is_file())
    return found[0] if found else None


def read_tables(folder: Path, labels: Sequence[str] = ()) -> Tables:
    """The tables `edges` and, where there is one, `nodes` of a folder.

    Args:
        folder: that holds them.
        labels: columns of `nodes` that are labels by the user's word.

    Raises:
        UserError: ids repeat, `edges` has no two columns of ids, a table cannot be read, or nothing is told of.
    """
    edge_file, node_file = table_file(folder, "edges"), table_file(folder, "nodes")
    assert edge_file is not None
    nodes, skipped = read_table(node_file) if node_file else (None, [])
    key = _key(nodes) if nodes is not None else ""
    names = [] if nodes is None else id_words(nodes[key]).tolist()
    edges, more, understood = read_edges(edge_file, names)
    headless = bool(understood)
    if nodes is None and not len(edges):
        raise UserError(f"{edge_file} has no edges, and beside it there is no table of nodes, such as nodes.csv")
    a, b = end_columns(edge_file, edges)
    between = is_between(a, b)
    when = time_of(edges) if between else None
    own = [n for n in edges.column_names if n not in (a, b, "graph", "split", when)]
    edges = _settled("edges", edges, own, understood)
    told = np.stack([id_words(edges[a]), id_words(edges[b])], 1)
    part = _split(edges)
    if between and nodes is None:
        told = apart(told)
    if nodes is None and not are_usual_ends(a, b) and {*told[:, 0].tolist()} & {*told[:, 1].tolist()} - {""}:
        understood.append(f"ids of {a} and {b} are one kind of node; call the columns user and item for two")
    if between and part is None:
        part, how = held_out(told, edges, when)
        understood.append(how)
    bonds = [n for n in own if _is_number(edges[n].type)]
    values, of_edges = _numbers(edges, bonds)
    others = edges.select([n for n in own if n not in bonds])
    words = {n: words_of(others[n]) for n in others.column_names if has_words(others[n])}
    met = [name for name in dict.fromkeys(told.ravel().tolist()) if name]
    tables = Tables(
        met,
        np.zeros((len(met), 0), np.float32),
        _found({name: i for i, name in enumerate(met)}, told.ravel().tolist(), told),
        told,
        values,
        np.array(["train"] * len(edges) if part is None else part),
        graph=None,
        rest=pa.table({}),
        split=None,
        skipped=more + skipped,
        columns=((), () if headless and not words else of_edges),
        words=words,
        others=others,
        between=between,
        understood=understood,
    )
    if nodes is None or node_file is None:
        return tables
    nodes = _settled("nodes", nodes, [n for n in nodes.column_names if n not in (key, "graph", "split")], understood)
    of_node, of_edge = (id_words(t["graph"]) if "graph" in t.column_names else None for t in (nodes, edges))
    if of_node is None or of_edge is None:
        ends = _found(numbered(node_file, names, "node"), told.ravel().tolist(), told)
    else:  # ids need differ within their graph only
        place = numbered(node_file, zip(of_node.tolist(), names, strict=True), "node")
        ends = _found(place, zip(of_edge.repeat(2).tolist(), told.ravel().tolist(), strict=True), told)
    taken = {key, "graph", "split", *labels}
    features = [n for n in nodes.column_names if n not in taken and _is_feature(n, nodes[n].type)]
    x, of_nodes = _numbers(nodes, features)
    return replace(
        tables,
        names=names,
        x=x,
        ends=ends,
        graph=None if of_node is None else (of_node, _graph_of_edges(of_node, of_edge, ends)),
        rest=nodes.select([n for n in nodes.column_names if n in labels or n not in {*taken, *features}]),
        split=_split(nodes),
        columns=(of_nodes, tables.columns[1]),
    )


def with_kinds(tables: Tables) -> Tables:
    """Words of few kinds as features of edges, and told; for tables that stand alone, as other tables' kinds differ."""
    kinds, names, told = kinds_of_edges(tables.others)
    return replace(
        tables,
        values=np.concatenate([tables.values, kinds], 1),
        columns=(tables.columns[0], (*tables.columns[1], *names)),
        understood=tables.understood + told,
    )


def _key(nodes: pa.Table) -> str:
    """The column of ids."""
    return next((name for name in nodes.column_names if name.lower() == "id"), nodes.column_names[0])


def _settled(what: str, table: pa.Table, names: Sequence[str], understood: list[str]) -> pa.Table:
    """With columns of words nearly all of which are numbers as numbers, and that told."""
    reading = Reading(what, table, Path())
    settle_columns(reading, names, [NUMBERS])
    understood += [f"{what}: {line}" for line in reading.understood]
    return reading.table


def _found(place: dict[object, int], of: Iterable[object], told: np.ndarray) -> np.ndarray:
    """`(E, 2)` numbers of nodes, -1 where an end is missing or nobody's."""
    ends = np.array([place.get(end, -1) for end in of], np.int64).reshape(-1, 2)
    return np.where(told == "", -1, ends)


def _graph_of_edges(of_node: np.ndarray, of_edge: np.ndarray | None, ends: np.ndarray) -> np.ndarray:
    """The graph of each edge: as told, else that of the end that is there."""
    if of_edge is not None:
        return of_edge
    there = np.where(ends[:, 0] >= 0, ends[:, 0], ends[:, 1])
    return np.where(there >= 0, of_node[there], "")


def numbered(file: Path, names: Iterable[object], thing: str) -> dict[object, int]:
    """The row of each id.

    Raises:
        UserError: an id is met twice.
    """
    place: dict[object, int] = {}
    for i, name in enumerate(names):
        if place.setdefault(name, i) != i:
            raise UserError(f"{file} has two {thing}s of id {name!r}; each {thing} needs an id of its own")
    return place


def _split(table: pa.Table) -> list[str] | None:
    """The part of each row where a column `split` says it; what it says of nobody trains."""
    if "split" not in table.column_names:
        return None
    return [split_of(str(word)) or "train" for word in table["split"].to_pylist()]


def _is_feature(name: str, kind: pa.DataType) -> bool:
    return _is_number(kind) and name.lower() not in LABEL_NAMES


def _is_number(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, or lists of them."""
    while is_list(kind):
        kind = kind.value_type
    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)


def _numbers(table: pa.Table, columns: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Columns of numbers side by side, `(rows, F)` float32, NaN where missing; and a name for each of the F."""
    parts, names = [np.zeros((len(table), 0), np.float32)], []
    for name in columns:
        rows = [v if isinstance(v, list) else [v] for v in table[name].to_pylist()]
        width = max((len(row) for row in rows), default=1)
        filled = [[*row, *[None] * (width - len(row))] for row in rows]
        parts.append(np.array(filled, np.float32).reshape(len(table), width))
        names += [f"{name}[{i}]" for i in range(width)] if is_list(table[name].type) else [name]
    return np.concatenate(parts, 1), tuple(names)
