"""Files of a graph read anew: nodes and features are known by their names, whatever the order of rows and columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow import parquet

import coview
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.engine.run import Run
from coview.errors import DataWarning, UserError
from coview.modalities.graph import Graph

Rows = list[dict[str, object]]


def town(seed: int = 0) -> tuple[Rows, Rows]:
    """60 nodes with about 8 neighbours each, and edges of two kinds, a few of them twice."""
    rng = np.random.default_rng(seed)
    nodes: Rows = [
        {"id": f"n{i}", "age": round(rng.normal(), 3), "height": round(9 * rng.normal(), 3)} for i in range(60)
    ]
    edges: Rows = [
        {"source": f"n{a}", "target": f"n{b}", "weight": round(rng.random(), 3), "how": ["road", "rail"][a % 2]}
        for a, b in rng.integers(0, 60, (240, 2))
    ]
    return nodes, edges + [
        {**edge, "weight": 7, "source": edge["target"], "target": edge["source"]} for edge in edges[:9]
    ]


NODES, EDGES = town()


def write(folder: Path, nodes: Rows = NODES, edges: Rows = EDGES) -> Path:
    folder.mkdir()
    for name, rows in (("nodes", nodes), ("edges", edges)):
        if rows:
            with (folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    return folder


@cache
def trained() -> Run:
    """A run on the town whose fan-out is smaller than degrees."""
    folder = write(Path(mkdtemp()) / "town")
    modality = {"graph": {"fanout": (3, 2)}}
    return coview.fit(
        "simclr", data=folder, steps=2, batch_size=16, modality=modality, encoder_options={"dim": 16}, threads=1
    )


def embedded(folder: Path) -> dict[str, list[float]]:
    found = coview.embed(trained(), folder)
    return dict(zip(found.data.names, found.array().tolist(), strict=True))


def shuffled(rows: Rows, seed: int = 1) -> Rows:
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]


def changed(rows: Rows, change: Callable[[dict[str, object]], dict[str, object]]) -> Rows:
    return [change(dict(row)) for row in rows]


def without(name: str) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda row: {key: value for key, value in row.items() if key != name}


def read(folder: Path) -> Data:
    """As the run reads it."""
    return load(open_source(folder), modalities=trained().modalities)


def test_the_order_of_rows_changes_no_bit_of_an_embedding(tmp_path: Path) -> None:
    want = embedded(write(tmp_path / "a"))
    assert embedded(write(tmp_path / "b", shuffled(NODES), shuffled(EDGES))) == want


def test_a_node_without_edges_changes_no_bit_of_the_embeddings_of_others(tmp_path: Path) -> None:
    lone: Rows = [{"id": name, "age": 1, "height": 2} for name in ("a", "zz", "m")]
    found = embedded(write(tmp_path / "b", [lone[0], *NODES, *lone[1:]]))
    assert {name: vector for name, vector in found.items() if name.startswith("n")} == embedded(write(tmp_path / "a"))


def test_the_order_of_columns_changes_nothing(tmp_path: Path) -> None:
    turned = [changed(rows, lambda row: dict(reversed(row.items()))) for rows in (NODES, EDGES)]
    assert embedded(write(tmp_path / "b", *turned)) == embedded(write(tmp_path / "a"))


def test_columns_that_the_run_does_not_know_are_left_unread_and_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "b", changed(NODES, lambda row: {"id": row.pop("id"), "shoe": 43, **row}))
    assert read(folder).noted == ["node: 60 of 60 read without shoe of nodes (not known from training)"]
    with pytest.warns(DataWarning, match="read without shoe"):
        assert embedded(folder) == embedded(write(tmp_path / "a"))


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ("height", "", "has no height among the features of nodes, which the slot reads; it has age"),
        ("", "weight", "has no weight among the features of edges, which the slot reads; it has how=rail, how=road"),
        ("", "how", "has no how=rail, how=road among the features of edges, which the slot reads; it has weight"),
    ],
)
def test_a_column_that_is_missing_is_named(nodes: str, edges: str, said: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "b", changed(NODES, without(nodes)), changed(EDGES, without(edges)))
    with pytest.raises(UserError, match=said):
        read(folder)


@pytest.mark.parametrize("kept", ["road", "rail"])
def test_edges_of_one_known_kind_alone_are_of_that_kind(kept: str, tmp_path: Path) -> None:
    data = read(write(tmp_path / "b", edges=[edge for edge in EDGES if edge["how"] == kept]))
    values = data.slots["node"].value.wiring.values
    assert values[:, 1:].unique(dim=0).tolist() == [[float(kept == "rail"), float(kept == "road")]]
    assert not data.noted


def test_a_kind_that_was_never_met_is_told_and_none_of_the_known_ones(tmp_path: Path) -> None:
    by_sea = changed(EDGES, lambda row: {**row, "how": "sea" if row["how"] == "road" else "rail"})
    data = read(write(tmp_path / "b", edges=by_sea))
    assert data.noted == ["node: 60 of 60 read without how=sea of edges (not known from training)"]
    assert data.slots["node"].value.wiring.values[:, 2].sum() == 0
    assert data.slots["node"].value.wiring.values[:, 1].sum() > 0


def test_known_kinds_are_read_among_more_than_become_features(tmp_path: Path) -> None:
    many = changed(EDGES, lambda row: row)
    for i in range(40):
        many[5 * i]["how"] = f"path {i}"
    data = read(write(tmp_path / "b", edges=many))
    assert data.slots["node"].value.wiring.values[:, 1:].sum() > 0
    assert "of edges (not known from training)" in data.noted[0]


def test_kinds_that_nobody_tells_are_none(tmp_path: Path) -> None:
    data = read(write(tmp_path / "b", edges=changed(EDGES, lambda row: {**row, "how": ""})))
    assert data.slots["node"].value.wiring.values[:, 1:].sum() == 0


def test_numbers_of_a_list_are_features_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "edges.csv").write_text("source,target\na,b\n")
    parquet.write_table(
        pa.table({"id": ["a", "b"], "at": [[1.0, 2.0], [3.0, 4.0]], "age": [5, 6]}), folder / "nodes.parquet"
    )
    assert load(open_source(folder)).modalities["node"].config()["columns"] == [["at[0]", "at[1]", "age"], []]


def test_nodes_that_had_no_features_are_not_read_by_others(tmp_path: Path) -> None:
    plain = load(open_source(write(tmp_path / "a", [], changed(EDGES, without("how")))))
    aged = open_source(write(tmp_path / "b", changed(NODES, without("height")), changed(EDGES, without("how"))))
    with pytest.raises(UserError, match=r"has no log\(1 \+ neighbours\) among the features of nodes.* it has age"):
        load(aged, modalities=plain.modalities)


def test_edges_without_a_header_are_read_by_place(tmp_path: Path) -> None:
    named = load(open_source(write(tmp_path / "a", edges=changed(EDGES, without("how")))))
    bare = write(tmp_path / "b", edges=changed(EDGES, without("how")))
    (bare / "edges.csv").write_text("".join((bare / "edges.csv").read_text().splitlines(keepends=True)[1:]))
    data = load(open_source(bare), modalities=named.modalities)
    assert torch.equal(data.slots["node"].value.wiring.values, named.slots["node"].value.wiring.values)


def test_a_run_without_names_reads_by_place(tmp_path: Path) -> None:
    old = load(open_source(write(tmp_path / "a"))).modalities["node"].config()
    for name in ("columns", "who"):
        del old[name]
    data = load(open_source(write(tmp_path / "b")), modalities={"node": Graph.from_config(old)})
    assert not data.skipped
    narrow = open_source(write(tmp_path / "c", changed(NODES, without("age"))))
    with pytest.raises(UserError, match=r"has 1 features a node \(height\) and 3 an edge"):
        load(narrow, modalities={"node": Graph.from_config(old)})


def test_graphs_of_a_folder_each_are_read_by_name(tmp_path: Path) -> None:
    root = tmp_path / "all"
    root.mkdir()
    for i in range(4):
        nodes, edges = town(i)
        columns = ("id", "age", "height") if i % 2 else ("height", "id", "age")
        write(root / f"g{i}", changed(nodes, lambda row: {name: row[name] for name in columns}), edges)  # noqa: B023
    data = load(open_source(root))
    first, age = data.modalities["graph"].config()["columns"][0], [row["age"] for row in town(0)[0]]
    x = data.slots["graph"].value.flat().x[:60]
    assert not data.skipped
    torch.testing.assert_close(x[:, first.index("age")], torch.tensor(age, dtype=torch.float32))
    turned = data.slots["graph"].value.flat().x[60:120, first.index("age")]
    torch.testing.assert_close(turned, torch.tensor([row["age"] for row in town(1)[0]], dtype=torch.float32))


def test_whole_graphs_know_a_kind_that_is_always_the_same_here(tmp_path: Path) -> None:
    def several(root: Path, how: Sequence[str]) -> Path:
        nodes = "graph,id,size\n" + "".join(f"{g},{n},{n}\n" for g in "gh" for n in range(3))
        edges = "graph,source,target,how\n" + "".join(f"{g},0,{n},{how[n - 1]}\n" for g in "gh" for n in (1, 2))
        root.mkdir()
        for name, text in (("nodes", nodes), ("edges", edges)):
            (root / f"{name}.csv").write_text(text)
        return root

    seen = load(open_source(several(tmp_path / "a", ["single", "double"])), adapt_rows=[0, 1])
    data = load(open_source(several(tmp_path / "b", ["single", "single"])), modalities=seen.modalities)
    assert data.slots["graph"].value.flat().values.tolist() == [[0.0, 1.0]] * 4


def shop(rows: Sequence[tuple[int, int, int]]) -> str:
    return "user,item,timestamp\n" + "".join(f"{u},{i},{t}\n" for u, i, t in rows)


TAKEN = [(u, (u + i) % 15, i // 2) for u in range(12) for i in range(10)]


@cache
def recommender() -> Run:
    folder = Path(mkdtemp())
    (folder / "edges.csv").write_text(shop(TAKEN))
    return coview.fit("dccf", data=folder, steps=2, batch_size=8, encoder_options={"dim": 8}, threads=1)


def vectors(folder: Path, rows: Sequence[tuple[int, int, int]]) -> dict[str, list[float]]:
    folder.mkdir()
    (folder / "edges.csv").write_text(shop(rows))
    found = coview.embed(recommender(), folder)
    return dict(zip(found.data.names, found.array().tolist(), strict=True))


def test_vectors_of_users_and_items_are_theirs_whatever_the_order_of_rows(tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(len(TAKEN))
    assert vectors(tmp_path / "b", [TAKEN[i] for i in order]) == vectors(tmp_path / "a", TAKEN)


@pytest.mark.parametrize("more", [[(12, 3, 0)], [(12, 3, 0), (12, 4, 0)]])
def test_users_that_have_no_vector_are_refused(more: list[tuple[int, int, int]], tmp_path: Path) -> None:
    other = [(u if u != 11 else 99, i, t) for u, i, t in TAKEN] if len(more) == 1 else [*TAKEN, *more]
    with pytest.raises(UserError, match="lightgcn has a vector for each of the 27 nodes that it was trained on"):
        vectors(tmp_path / "b", other)
