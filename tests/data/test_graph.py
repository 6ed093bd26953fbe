"""Graphs of one's own: torch-geometric's in memory, tables in a folder, SMILES in a table; what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from torch_geometric.data import Data

import coview
from coview.data.graphs.graph_folder import NAMED
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Source
from coview.errors import UserError
from coview.modalities.graph.item import WholeGraph
from coview.modalities.graph.read import read_graph
from coview.modalities.graph.wiring import Seeds
from tests.data.made_files import picture


def tables(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


NODES = "id,size,weight,label,kind\na,1,0.5,0,x\nb,2,0.25,1,x\nc,3,0.125,0,y\nd,4,1,1,y\n"
EDGES = "source,target,strength\na,b,1\nb,c,2\nc,a,3\n"


def wiring(source: Source):  # type: ignore[no-untyped-def]
    return source.columns["node"].items[0][0].wiring


def told(source: Source) -> torch.Tensor:
    """Which node each row of the file is."""
    return torch.tensor([sample[0].node for sample in source.columns["node"].items])  # type: ignore[union-attr]


def pairs(source: Source) -> set[tuple[str, str]]:
    names = np.array(source.names)[told(source).argsort().numpy()]
    return {tuple(sorted(names[edge])) for edge in wiring(source).edges().T.numpy()}  # type: ignore[misc]


def test_a_graph_of_torch_geometric_has_its_nodes_as_samples_with_labels_and_split() -> None:
    graph = Data(x=torch.rand(4, 3), edge_index=torch.tensor([[0, 1, 2], [1, 2, 2]]), y=torch.tensor([0, 1, 0, 1]))
    graph.train_mask, graph.test_mask = torch.tensor([1, 1, 0, 0]).bool(), torch.tensor([0, 0, 0, 1]).bool()
    source = open_source(graph)
    assert source.names == ["0", "1", "2", "3"]
    assert pairs(source) == {("0", "1"), ("1", "2")}
    assert source.labels["y"].tolist() == [0, 1, 0, 1]
    assert source.split == ["train", "train", "train", "test"]
    torch.testing.assert_close(wiring(source).x, graph.x)


@pytest.mark.parametrize("kind", [torch.uint8, torch.int64])
def test_masks_of_noughts_and_ones_say_the_split_as_booleans_do(kind: torch.dtype) -> None:
    graph = Data(x=torch.rand(4, 3), edge_index=torch.tensor([[0, 1], [1, 2]]))
    graph.train_mask, graph.val_mask = torch.tensor([1, 1, 0, 0]).to(kind), torch.tensor([0, 0, 1, 0]).to(kind)
    graph.test_mask = torch.tensor([0, 0, 0, 1]).to(kind)
    assert open_source(graph).split == ["train", "train", "valid", "test"]


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (torch.tensor([0, 3, 1, 2]), "has 3"),
        (torch.tensor([0, -1, 0, 1]), "has -1"),
        (torch.tensor([0.0, 0.0, 0.0, 1.0]), "is float32"),
    ],
)
def test_a_mask_of_anything_else_is_refused(mask: torch.Tensor, said: str) -> None:
    graph = Data(x=torch.rand(4, 3), edge_index=torch.tensor([[0, 1], [1, 2]]))
    graph.train_mask, graph.test_mask = torch.tensor([1, 1, 0, 0]).bool(), mask
    with pytest.raises(UserError, match=f"graphs: test_mask {said}; a mask is, for each node, True or False"):
        open_source(graph)


def test_a_list_of_graphs_has_graphs_as_samples() -> None:
    graphs = [Data(x=torch.rand(n, 2), edge_index=torch.tensor([[0], [1]]), y=torch.tensor([0.5 * n])) for n in (2, 5)]
    source = open_source(graphs)
    assert source.labels["y"].tolist() == [1.0, 2.5]
    assert load(source, adapt_rows=[0, 1]).slots["graph"].length.tolist() == [[2], [5]]


def test_a_folder_of_nodes_and_edges_says_features_labels_and_texts(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges=EDGES))
    assert source.names == list("abcd")
    assert pairs(source) == {("a", "b"), ("b", "c"), ("a", "c")}
    np.testing.assert_array_equal(wiring(source).x[told(source)], [[1, 0.5], [2, 0.25], [3, 0.125], [4, 1]])
    assert source.labels["label"].tolist() == [0, 1, 0, 1]
    assert source.labels["kind"].tolist() == ["x", "x", "y", "y"]
    data = load(source)
    assert isinstance(data.slots["node"].value, Seeds)
    assert data.modalities["node"].config()["edge_mean"] == [2.0]


def test_a_column_that_the_user_names_is_a_label_and_no_feature(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges=EDGES), label="size")
    assert list(source.labels) == ["size"]
    assert wiring(source).x.shape == (4, 1)


def test_long_texts_of_nodes_are_a_slot(tmp_path: Path) -> None:
    rows = (f"{c},{i},thing number {i} of the many things here\n" for i, c in enumerate("abcd"))
    text = "id,size,about\n" + "".join(rows)
    source = open_source(tables(tmp_path / "own", nodes=text, edges=EDGES))
    assert source.columns["about"].modality == "text"
    assert source.columns["about"].items[1] == ["thing number 1 of the many things here"]


def test_edges_of_another_split_are_held_out_of_the_graph_and_kept_as_links(tmp_path: Path) -> None:
    held = "source,target,split\na,b,train\nb,c,test\nc,a,valid\nd,a,train\n"
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges=held))
    assert pairs(source) == {("a", "b"), ("a", "d")}
    ids = load(source).ids
    assert source.links["edges"].rows(ids, "test").tolist() == [[1, 2]]
    assert source.links["edges"].rows(ids, "valid").tolist() == [[2, 0]]


def test_edges_alone_name_the_nodes_and_degrees_are_their_feature(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", edges="a,b\n1,2\n2,3\n"))
    assert source.names == ["1", "2", "3"]
    torch.testing.assert_close(wiring(source).x[told(source), 0], torch.log1p(torch.tensor([1.0, 2.0, 1.0])))


def test_loops_and_repeated_edges_are_dropped_and_counted_and_isolated_nodes_stay(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges="source,target\na,b\nb,a\na,b\nc,c\n"))
    assert pairs(source) == {("a", "b")}
    assert len(source) == 4
    assert any("3 self loop" in line for line in source.understood)


def test_an_edge_to_nobody_is_left_out_and_named(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges="source,target\na,b\na,zoe\n"))
    assert source.skipped == [("edge 1", "a - zoe: there is no node zoe")]
    assert pairs(source) == {("a", "b")}


def test_many_edges_to_nobody_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"a,nobody {i}\n" for i in range(NAMED + 7))
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges=f"source,target\na,b\n{lines}"))
    assert len(source.skipped) == NAMED + 1
    assert source.skipped[-1][0] == "7 more edges"


def test_a_node_with_a_missing_feature_is_left_out_with_its_edges_and_named(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES.replace("0.25", ""), edges=EDGES))
    assert source.names == ["a", "c", "d"]
    assert pairs(source) == {("a", "c")}
    assert source.skipped == [("b", "a feature is missing or infinite")]


def test_edges_that_go_with_skipped_nodes_are_told_with_the_column_to_fill(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES.replace("0.25", ""), edges=EDGES))
    said = "2 edges went with skipped nodes, for a node needs all its features: fill weight for every node"
    assert source.noted == [f"{said}, or leave such columns out"]


def test_a_graph_without_an_edge_to_learn_from_is_told(tmp_path: Path) -> None:
    alone = open_source(tables(tmp_path / "own", nodes=NODES, edges="source,target\nb,b\nc,zoe\n"))
    said = "the graph has no edge to learn from: its nodes are told by their own features alone"
    assert alone.noted == [said]
    in_memory = Data(x=torch.rand(4, 3), edge_index=torch.zeros(2, 0, dtype=torch.int64))
    assert open_source(in_memory).noted == [said]
    assert open_source(tables(tmp_path / "linked", nodes=NODES, edges=EDGES)).noted == []


@pytest.mark.parametrize(
    ("header", "told"),
    [("customer,product", True), ("source,target", False), ("from,to", False), ("user,item", False)],
)
def test_columns_of_one_kind_of_nodes_that_may_be_two_are_told(header: str, told: bool, tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "shop", edges=f"{header}\n1,2\n2,3\n4,1\n"))
    said = "ids of customer and product are one kind of node; call the columns user and item for two"
    assert (said in source.understood) is told
    apart = open_source(tables(tmp_path / "apart", edges="customer,product\na,2\nb,3\n"))
    assert said not in apart.understood


def test_two_nodes_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="two nodes of id 'a'"):
        open_source(tables(tmp_path / "own", nodes=NODES + "a,9,9,0,x\n", edges=EDGES))


MANY = "graph,id,size\ng,a,1\ng,b,2\nh,a,3\nh,b,4\nh,c,5\n"


def test_tables_with_a_column_graph_have_graphs_as_samples(tmp_path: Path) -> None:
    edges = "graph,source,target\ng,a,b\nh,b,c\n"
    labels = "id,toxic,solubility\nh,yes,0.5\ng,no,1.5\n"
    source = open_source(tables(tmp_path / "own", nodes=MANY, edges=edges, graphs=labels))
    first, second = source.columns["graph"].items[0][0](), source.columns["graph"].items[1][0]()
    assert source.names == ["g", "h"]
    assert first.edges.tolist() == [[0], [1]]
    assert second.edges.tolist() == [[1], [2]]
    assert second.x[:, 0].tolist() == [3, 4, 5]
    assert source.labels["solubility"].tolist() == [1.5, 0.5]


@pytest.mark.parametrize("kind", [pa.float64(), pa.int32(), pa.string()])
def test_labels_of_graphs_are_found_whatever_the_type_of_their_ids(kind: pa.DataType, tmp_path: Path) -> None:
    many = MANY.replace("\ng,", "\n0,").replace("\nh,", "\n1,")
    tables(tmp_path / "own", nodes=many, edges="graph,source,target\n0,a,b\n1,b,c\n")
    ids = pa.array([1, 0], pa.int64()).cast(kind)
    pq.write_table(pa.table({"id": ids, "label": [7, 3]}), tmp_path / "own" / "graphs.parquet")
    source = open_source(tmp_path / "own")
    assert source.labels["label"].tolist() == [3, 7]
    assert not any("not read" in line for line in source.understood)


def test_two_graphs_of_one_id_are_refused(tmp_path: Path) -> None:
    labels = "id,solubility\ng,0.5\nh,1.5\ng,2.5\n"
    own = tables(tmp_path / "own", nodes=MANY, edges="graph,source,target\ng,a,b\n", graphs=labels)
    with pytest.raises(UserError, match=r"graphs\.csv has two graphs of id 'g'; each graph needs an id of its own"):
        open_source(own)


def test_a_graph_with_a_bad_edge_is_left_out_and_named_and_the_others_stay(tmp_path: Path) -> None:
    edges = "graph,source,target\ng,a,zoe\nh,b,c\n"
    data = load(open_source(tables(tmp_path / "own", nodes=MANY, edges=edges)), adapt_rows=[1])
    assert data.names == ["h"]
    assert data.skipped == [("g", "graph: has an edge a - zoe: there is no node zoe")]


def test_a_folder_of_graphs_has_each_folder_as_a_sample(tmp_path: Path) -> None:
    tables(tmp_path / "all" / "one", nodes=NODES, edges=EDGES)
    tables(tmp_path / "all" / "two", nodes=NODES, edges="source,target,strength\na,d,1\n")
    tables(tmp_path / "all" / "bad", nodes=NODES, edges="source,target,strength\na,zoe,1\n")
    tables(tmp_path / "all", graphs="id,age\none,1.5\ntwo,2.5\nbad,3.5\n")
    data = load(open_source(tmp_path / "all"), adapt_rows=[1, 2])
    assert data.names == ["one", "two"]
    assert data.labels["age"].tolist() == [1.5, 2.5]
    assert data.skipped == [("bad", "graph: has an edge a - zoe: there is no node zoe")]


def test_a_column_of_smiles_is_read_as_molecules(tmp_path: Path) -> None:
    pytest.importorskip("rdkit")
    (tmp_path / "own.csv").write_text("smiles,activity\nCCO,1.5\nc1ccccc1,2.5\nnot a molecule,3.5\nC,0.5\n")
    data = load(open_source(tmp_path / "own.csv"), adapt_rows=[0, 1])
    assert data.slots["smiles"].length.tolist() == [[3], [6], [1]]
    assert data.skipped[0][1] == "smiles: is no SMILES that RDKit can read: 'not a molecule'"


def test_any_column_may_be_named_as_smiles(tmp_path: Path) -> None:
    pytest.importorskip("rdkit")
    (tmp_path / "own.csv").write_text("formula,activity\nCCO,1.5\nCCC,2.5\n")
    source = open_source(tmp_path / "own.csv", columns=["molecule:graph=formula"])
    assert load(source).slots["molecule"].length.tolist() == [[3], [3]]


def folders(root: Path, edges: str = EDGES) -> Path:
    """Four folders of a graph each, and `odd` with `edges`."""
    for i in range(4):
        tables(root / f"g{i}", nodes=NODES, edges=EDGES)
    tables(root / "odd", nodes=NODES, **({"edges": edges} if edges else {}))
    return root


@pytest.mark.parametrize("odd", ["nodes", "notes"])
def test_a_folder_without_edges_among_graphs_is_left_out_and_named(odd: str, tmp_path: Path) -> None:
    root = folders(tmp_path / "own", edges="")
    if odd == "notes":
        (root / "odd" / "nodes.csv").rename(root / "odd" / "notes.txt")
    data = load(open_source(root))
    assert data.names == ["g0", "g1", "g2", "g3"]
    assert data.skipped == [
        ("odd", "graph: has no table of edges, such as edges.csv (a header alone where there is no edge)")
    ]


def test_folders_of_pictures_beside_one_of_a_graph_are_no_graphs(tmp_path: Path) -> None:
    for kind in ("cats", "dogs"):
        (tmp_path / kind).mkdir()
        picture(tmp_path / kind / "one.png")
    tables(tmp_path / "a graph", edges=EDGES)
    assert list(open_source(tmp_path).columns) == ["image"]


def test_a_graph_whose_table_of_edges_is_a_header_alone_has_nodes_without_edges(tmp_path: Path) -> None:
    data = load(open_source(folders(tmp_path / "own", edges="source,target\n")))
    graphs = data.slots["graph"].value.flat()
    assert not data.skipped
    assert graphs.count.tolist() == [4] * 5
    assert graphs.edges.shape == (2, 12)


def test_a_graph_of_other_features_than_the_others_is_named_with_its_columns(tmp_path: Path) -> None:
    root = folders(tmp_path / "own", edges=EDGES)
    tables(root / "odd", nodes=NODES.replace("0.25", "a quarter"))
    assert load(open_source(root)).skipped == [
        ("odd", "graph: has no weight among the features of nodes, which the slot reads; it has size")
    ]


def test_a_table_of_edges_without_rows_and_without_nodes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"edges.csv has no edges, and beside it there is no table of nodes"):
        open_source(tables(tmp_path / "own", edges="source,target\n"))


LOOP = [(i, (i + 1) % 300) for i in range(300)]


def loop(**columns: Sequence[object]) -> str:
    """Edges of a ring of 300 nodes with more columns."""
    rows = [",".join(map(str, [*ends, *cells])) for ends, *cells in zip(LOOP, *columns.values(), strict=True)]
    return "\n".join([",".join(["source", "target", *columns]), *rows]) + "\n"


def nodes_300(**columns: Sequence[object]) -> str:
    rows = [",".join(map(str, cells)) for cells in zip(range(300), *columns.values(), strict=True)]
    return "\n".join([",".join(["id", *columns]), *rows]) + "\n"


@pytest.mark.parametrize("edges", ["1,2\n2,3\n3,4\n", "1,1\n1,2\n2,3\n3,4\n", "1;2\n2;3\n3;4\n", "b,c\nc,d\nd,b\n"])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_edges_without_a_header_keep_the_first(edges: str, ending: str, tmp_path: Path) -> None:
    (tmp_path / f"edges.{ending}").write_text(edges if ending == "csv" else edges.replace(",", "\t"))
    source = open_source(tmp_path)
    first, second = edges.replace(";", ",").splitlines()[-3].split(",")
    assert len(pairs(source)) == 3
    assert (first, second) in pairs(source)
    assert f"edges.{ending} has no header: its first line is an edge" in source.understood


def test_edges_without_a_header_are_known_by_the_ids_of_nodes(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges="a,b,0.5\nc,d,2\n"))
    assert pairs(source) == {("a", "b"), ("c", "d")}
    assert sorted(wiring(source).values[:, 0].tolist()) == [0.5, 0.5, 2, 2]


@pytest.mark.parametrize("header", ["a,b", "u,v", "from,to", "person,friend", "1st,2nd"])
def test_a_header_is_no_edge(header: str, tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", edges=f"{header}\n1,2\n2,3\n"))
    assert source.names == ["1", "2", "3"]


def test_a_word_among_the_numbers_of_nodes_is_missing_and_named(tmp_path: Path) -> None:
    sizes = [i if i != 17 else "abc" for i in range(300)]
    source = open_source(tables(tmp_path / "own", nodes=nodes_300(size=sizes), edges=loop()))
    assert list(source.columns) == ["node"]
    assert wiring(source).x[told(source), 0].tolist() == [i for i in range(300) if i != 17]
    assert source.skipped == [("17", "a feature is missing or infinite")]
    assert "nodes: size is numbers but for 1 cell, which is missing: 'abc' (row 17)" in source.understood


def test_a_word_among_the_numbers_of_edges_is_missing_and_named(tmp_path: Path) -> None:
    strength = [i if i != 17 else "abc" for i in range(300)]
    source = open_source(tables(tmp_path / "own", edges=loop(strength=strength)))
    assert ("17", "18") not in pairs(source)
    assert len(pairs(source)) == 299
    assert source.skipped == [("edge 17", "a feature is missing or infinite")]
    assert "edges: strength is numbers but for 1 cell, which is missing: 'abc' (row 17)" in source.understood


def test_ids_that_are_nearly_all_numbers_stay_ids(tmp_path: Path) -> None:
    ids = [f"{i}" if i != 17 else "x17" for i in range(300)]
    edges = "source,target\n" + "".join(f"{ids[a]},{ids[b]}\n" for a, b in LOOP)
    assert ("16", "x17") in pairs(open_source(tables(tmp_path / "own", edges=edges)))


@pytest.mark.parametrize("files", [{}, {"nodes": NODES}, {"nodes": NODES + ",5,1,1,y\n"}])
def test_an_edge_without_an_end_is_left_out_and_named(files: dict[str, str], tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "own", **files, edges="source,target\na,b\nb,\n,c\nc,d\n"))
    assert pairs(source) == {("a", "b"), ("c", "d")}
    assert [name for name in source.names if name] == list("abcd")
    assert source.skipped == [("edge 1", "b - : an end is missing"), ("edge 2", " - c: an end is missing")]


def test_words_of_few_kinds_are_features_of_edges(tmp_path: Path) -> None:
    edges = "source,target,kind,strength\na,b,road,1\nb,c,rail,2\nc,d,,3\nd,a,road,4\n"
    source = open_source(tables(tmp_path / "own", nodes=NODES, edges=edges))
    values = {tuple(row) for row in wiring(source).values.tolist()}
    assert values == {(1, 0, 1), (2, 1, 0), (3, 0, 0), (4, 0, 1)}
    assert "edges: a feature for each kind of kind (rail, road)" in source.understood


def test_words_of_edges_that_are_no_features_are_named(tmp_path: Path) -> None:
    words = {"note": [f"n{i // 2}" for i in range(300)], "key": [f"k{i}" for i in range(300)], "by": ["me"] * 300}
    source = open_source(tables(tmp_path / "own", edges=loop(**words)))
    assert wiring(source).values.shape[1] == 0
    assert source.understood[1] == (
        "edges: not read: note (150 kinds of words, more than 32), key (300 kinds of words, more than 32), "
        "by (always the same)"
    )


def test_words_of_edges_of_graphs_in_folders_are_named(tmp_path: Path) -> None:
    source = open_source(folders(tmp_path / "own", edges=EDGES))
    assert len(source.understood) == 1
    tables(tmp_path / "own" / "g0", nodes=NODES, edges="source,target,strength,kind\na,b,1,x\nb,c,2,y\n")
    assert "edges: not read: kind (of graphs in folders only numbers are)" in open_source(tmp_path / "own").understood


def test_kinds_of_edges_are_the_same_features_in_every_graph_of_one_table(tmp_path: Path) -> None:
    edges = "graph,source,target,kind\ng,a,b,double\nh,a,b,single\nh,b,c,double\n"
    items = open_source(tables(tmp_path / "own", nodes=MANY, edges=edges)).columns["graph"].items
    graphs = [read_graph(items[i][0]) for i in range(2)]
    assert [graph.values.tolist() for graph in graphs if isinstance(graph, WholeGraph)] == [[[1, 0]], [[0, 1], [1, 0]]]


def test_a_table_of_edges_of_a_header_alone_has_nothing_that_is_not_read(tmp_path: Path) -> None:
    own = tables(tmp_path / "own", nodes=NODES, edges="source,target,strength\n")
    assert open_source(own).understood == ["nodes are samples (4 nodes, 0 edges)"]


def test_edges_of_every_type_are_read_or_named(tmp_path: Path) -> None:
    made = pa.table({"source": ["a", "b"], "target": ["b", "c"], "at": [{"x": 1}, {"x": 2}], "how": ["on", "on"]})
    pq.write_table(made, tables(tmp_path / "own", nodes=NODES) / "edges.parquet")
    assert open_source(tmp_path / "own").understood[1] == (
        "edges: not read: at (struct<x: int64> is neither a number nor a word), how (always the same)"
    )


def taken(times: bool = True) -> str:
    """Twelve users with ten items each, numbered alike."""
    rows = [(u, (u + i) % 15, 100 - i if times else 5) for u in range(12) for i in range(10)]
    return "user_id,item_id,rating,timestamp\n" + "".join(f"{u},{i},{i % 5},{t}\n" for u, i, t in rows)


def test_users_and_items_are_two_kinds_of_nodes_and_the_last_that_each_took_is_held_out(tmp_path: Path) -> None:
    source = open_source(tables(tmp_path / "shop", edges=taken()))
    kinds = wiring(source).kind[told(source)].tolist()
    assert {name.split()[0] for name, kind in zip(source.names, kinds, strict=True) if kind == 0} == {"user"}
    assert sum(kind == 0 for kind in kinds) == 12
    assert len(source) == 12 + 15
    links = source.links["edges"]
    assert links.ranked
    data = load(source)
    asked = {tuple(data.names[i] for i in pair) for pair in links.rows(data.ids, "test").tolist()}
    assert asked == {(f"user {u}", f"item {u % 15}") for u in range(12)}  # the item that came last
    assert len(pairs(source)) == 12 * 8
    assert wiring(source).values.shape[1] == 1  # the rating; when it was is not a feature
    assert "the last 10% by timestamp are test" in " ".join(source.understood)
    assert "24 edges of valid and test held out for ranking" in source.understood


def test_users_and_items_without_times_or_with_a_split_of_their_own(tmp_path: Path) -> None:
    named = "user,item\n" + "".join(f"u{u},i{i}\n" for u in range(20) for i in range(20))
    hashed = open_source(tables(tmp_path / "a", edges=named)).links["edges"]
    assert 20 < int((hashed.part == "test").sum()) < 60
    told = "user,item,split\nu1,i1,train\nu1,i2,test\nu2,i2,train\n"
    own = open_source(tables(tmp_path / "b", edges=told))
    assert sorted(own.links["edges"].part) == ["test", "train", "train"]
    with_nodes = tables(tmp_path / "c", edges=told, nodes="id,age\nu1,3\nu2,4\ni1,0\ni2,0\n")
    assert open_source(with_nodes).names == ["u1", "u2", "i1", "i2"]


def test_what_nodes_say_that_is_not_read_is_told(tmp_path: Path) -> None:
    folder = tables(tmp_path / "e", edges="source,target\na,b\n")
    when = pa.array([1_600_000_000_000_000_001, 2], pa.timestamp("ns"))
    pq.write_table(pa.table({"id": ["a", "b"], "size": [1.0, 2.0], "born": when}), folder / "nodes.parquet")
    assert "nodes: not read: born" in open_source(folder).understood


def test_one_that_is_a_user_and_an_item_is_refused(tmp_path: Path) -> None:
    folder = tables(tmp_path / "d", edges="user,item\n1,2\n2,3\n", nodes="id,x\n1,0\n2,0\n3,0\n")
    with pytest.raises(UserError, match="'2' is a user in one edge and an item in another"):
        open_source(folder)


def test_own_users_and_items_train_a_recommender_that_is_scored_by_ranking(tmp_path: Path) -> None:
    folder = tables(tmp_path / "shop", edges=taken())
    run = coview.fit("dccf", data=folder, steps=3, batch_size=8, encoder_options={"dim": 16})
    scores = coview.evaluate(run, protocols=["ranking"])
    assert "Recall@10" in next(iter(scores.values.values()))
