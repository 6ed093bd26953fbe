"""Tables of nodes and edges as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.kinds import split_of
from coview.data.tables.infer_columns import LABEL_NAMES
from coview.data.tables.read_table import is_table, read_table
from coview.errors import UserError

_ENDS = (("source", "target"), ("from", "to"), ("src", "dst"), ("head", "tail"), ("u", "v"))


@dataclass(frozen=True)
class Tables:
    """What `nodes` and `edges` say.

    Args:
        names: N of the nodes.
        x: `(N, F)` float32, NaN where missing; F is 0 where there is no feature.
        ends: `(E, 2)` int64 numbers of nodes, -1 where none is called so.
        told: `(E, 2)` what the ends are called.
        values: `(E, P)` float32, NaN where missing.
        part: `(E,)` of a split.
        graph: `(N,)` the graph of each node, and `(E,)` that of each edge, or None where there is one graph.
        rest: columns of `nodes` that are neither id, feature, graph nor split.
        split: `(N,)` of the nodes, or None.
        skipped: lines that could not be read.
        columns: names of the features of nodes, and of edges.
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
    columns: tuple[list[str], list[str]]

    def unknown(self, edge: int) -> str:
        """Why an edge cannot be: an end that is not there."""
        a, b = self.told[edge]
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
    edges, skipped = read_table(edge_file, least_rows=0)
    a, b = _end_columns(edge_file, edges)
    told = np.stack([_words(edges[a]), _words(edges[b])], 1)
    of_edge = _words(edges["graph"]) if "graph" in edges.column_names else None
    bonds = [n for n in edges.column_names if n not in (a, b, "graph") and _is_number(edges[n].type)]
    values = _numbers(edges, bonds)
    part = np.array(_split(edges) or ["train"] * len(edges))
    if node_file is None and not len(edges):
        raise UserError(f"{edge_file} has no edges, and beside it there is no table of nodes, such as nodes.csv")
    if node_file is None:
        names = list(dict.fromkeys(told.ravel().tolist()))
        place = {name: i for i, name in enumerate(names)}
        ends = np.array([[place[end] for end in pair] for pair in told.tolist()]).reshape(-1, 2)
        none = np.zeros((len(names), 0), np.float32)
        return Tables(names, none, ends, told, values, part, None, pa.table({}), None, skipped, ([], bonds))
    nodes, more = read_table(node_file)
    key = next((n for n in nodes.column_names if n.lower() == "id"), nodes.column_names[0])
    names = _words(nodes[key]).tolist()
    of_node = _words(nodes["graph"]) if "graph" in nodes.column_names else None
    taken = {key, "graph", "split", *labels}
    features = [n for n in nodes.column_names if n not in taken and _is_feature(n, nodes[n].type)]
    rest = nodes.select([n for n in nodes.column_names if n in labels or n not in {*taken, *features}])
    if of_node is None or of_edge is None:
        place = _numbered(node_file, names)
        found = [place.get(end, -1) for end in told.ravel().tolist()]
    else:  # ids need differ within their graph only
        place = _numbered(node_file, zip(of_node.tolist(), names, strict=True))
        found = [place.get(end, -1) for end in zip(of_edge.repeat(2).tolist(), told.ravel().tolist(), strict=True)]
    ends = np.array(found, np.int64).reshape(-1, 2)
    graph = None if of_node is None else (of_node, _graph_of_edges(of_node, of_edge, ends))
    x, columns = _numbers(nodes, features), (features, bonds)
    return Tables(names, x, ends, told, values, part, graph, rest, _split(nodes), skipped + more, columns)


def _graph_of_edges(of_node: np.ndarray, of_edge: np.ndarray | None, ends: np.ndarray) -> np.ndarray:
    """The graph of each edge: as told, else that of the end that is there."""
    if of_edge is not None:
        return of_edge
    there = np.where(ends[:, 0] >= 0, ends[:, 0], ends[:, 1])
    return np.where(there >= 0, of_node[there], "")


def _numbered(file: Path, names: Iterable[object]) -> dict[object, int]:
    place: dict[object, int] = {}
    for i, name in enumerate(names):
        if place.setdefault(name, i) != i:
            raise UserError(f"{file} has two nodes of id {name!r}; each node needs an id of its own")
    return place


def _end_columns(file: Path, edges: pa.Table) -> tuple[str, str]:
    lower = {name.lower(): name for name in edges.column_names}
    for a, b in _ENDS:
        if a in lower and b in lower:
            return lower[a], lower[b]
    plain = [name for name in edges.column_names if name not in ("graph", "split")]
    if len(plain) < 2:
        raise UserError(f"{file} has no two columns of ids; name them source and target")
    return plain[0], plain[1]


def _words(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as words, whole numbers without a point."""
    values = (int(v) if isinstance(v, float) and v.is_integer() else v for v in column.to_pylist())
    return np.array(["" if v is None else str(v) for v in values], dtype=object)


def _split(table: pa.Table) -> list[str] | None:
    """The part of each row where a column `split` says it; what it says of nobody trains."""
    if "split" not in table.column_names:
        return None
    return [split_of(str(word)) or "train" for word in table["split"].to_pylist()]


def _is_feature(name: str, kind: pa.DataType) -> bool:
    return _is_number(kind) and name.lower() not in LABEL_NAMES


def _is_number(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, or lists of them."""
    while types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind):
        kind = kind.value_type
    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)


def _numbers(table: pa.Table, names: list[str]) -> np.ndarray:
    """Columns of numbers side by side, `(rows, F)` float32, NaN where missing."""
    parts = [np.zeros((len(table), 0), np.float32)]
    for name in names:
        rows = [v if isinstance(v, list) else [v] for v in table[name].to_pylist()]
        width = max((len(row) for row in rows), default=1)
        filled = [[*row, *[None] * (width - len(row))] for row in rows]
        parts.append(np.array(filled, np.float32).reshape(len(table), width))
    return np.concatenate(parts, 1)
