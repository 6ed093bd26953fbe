"""Raw graphs as items, and what is said of bad ones."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from coview.modalities.base import BadSample
from coview.modalities.graph.item import WholeGraph
from coview.modalities.graph.molecule import EDGE_FEATURES, NODE_FEATURES, molecule
from coview.modalities.graph.read import read_graph

X, EDGES = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[0, 1, 1], [1, 0, 2]]


@pytest.mark.parametrize(
    "raw",
    [
        {"x": X, "edges": EDGES},
        {"x": torch.tensor(X), "edge_index": torch.tensor(EDGES)},
        (np.array(X), np.array(EDGES)),
        SimpleNamespace(x=torch.tensor(X), edge_index=torch.tensor(EDGES)),
        lambda: {"x": X, "edges": EDGES},
    ],
)
def test_a_graph_comes_in_several_forms(raw: object) -> None:
    item = read_graph(raw)
    assert isinstance(item, WholeGraph)
    assert item.x.tolist() == X
    assert item.edges.tolist() == [[0, 1], [1, 2]]
    assert item.values.shape == (2, 0)


def test_features_of_edges_follow_the_edges_that_stay() -> None:
    item = read_graph({"x": X, "edges": [[2, 0, 1, 1], [1, 0, 0, 2]], "edge_attr": [1.0, 9.0, 2.0, 3.0]})
    assert isinstance(item, WholeGraph)
    assert item.edges.tolist() == [[1, 0], [2, 1]]
    assert item.values.tolist() == [[1.0], [2.0]]


def test_nodes_without_features_have_their_degree() -> None:
    item = read_graph({"edges": [[0, 0, 1, 0], [1, 2, 1, 1]]})
    assert isinstance(item, WholeGraph)
    np.testing.assert_allclose(item.x, np.log1p([[2.0], [1.0], [1.0]]), rtol=1e-6)


def test_small_whole_numbers_are_kept_small() -> None:
    assert WholeGraph.checked(np.array([[0, 1], [255, 3]]), np.zeros((2, 0), int)).x.dtype == np.uint8
    assert WholeGraph.checked(np.array([[0, 1], [256, 3]]), np.zeros((2, 0), int)).x.dtype == np.float32


@pytest.mark.parametrize(
    ("raw", "nodes", "edges"),
    [
        ({"x": [[1.0]], "edges": np.zeros((2, 0), int)}, 1, 0),  # a single node
        ({"x": X, "edges": []}, 3, 0),  # nobody has neighbours
        ({"x": X, "edges": [[0, 1], [0, 1]]}, 3, 0),  # self loops alone
        ({"x": X, "edges": [[0, 1, 0, 0], [1, 0, 1, 1]]}, 3, 1),  # one edge four times
    ],
)
def test_odd_graphs_that_are_read(raw: object, nodes: int, edges: int) -> None:
    item = read_graph(raw)
    assert isinstance(item, WholeGraph)
    assert (len(item.x), item.edges.shape[1]) == (nodes, edges)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"x": np.zeros((0, 3)), "edges": np.zeros((2, 0), int)}, "has no nodes"),
        ({"edges": np.zeros((2, 0), int)}, "has no nodes"),
        ({"x": X, "edges": [[0, 1], [1, 3]]}, "has an edge 1 - 3, and its nodes are 0 to 2"),
        ({"x": X, "edges": [[0], [-1]]}, "has an edge 0 - -1, and its nodes are 0 to 2"),
        ({"x": [[1.0], [float("nan")]], "edges": [[0], [1]]}, "has a feature of node 1 that is NaN or infinite"),
        ({"x": X, "edges": [[0], [1]], "values": [float("inf")]}, "has a feature of edge 0 that is NaN or infinite"),
        ({"x": X, "edges": [[0, 1], [1, 2]], "values": [1.0]}, "has 2 edges and features of 1"),
        ({"x": X, "edges": [[0.5], [1.5]]}, r"has edges of float64 \(2, 1\); they are whole numbers"),
        ({"x": X, "edges": [[0, 1, 2]]}, r"has edges of int64 \(1, 3\)"),
        ({"x": [["a"], ["b"]], "edges": [[0], [1]]}, "features are numbers"),
        ({"x": X}, "has no edges; give edges"),
        (7, "is int, not a graph"),
        (None, "is NoneType, not a graph"),
    ],
)
def test_bad_graphs_are_refused_with_a_reason(raw: object, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        read_graph(raw)


def test_ethanol_is_two_carbons_and_an_oxygen() -> None:
    item = molecule("CCO")
    names = [{NODE_FEATURES[f] for f in np.flatnonzero(row)} for row in item.x]
    assert names[0] == {"is C", "charge 0", "3 hydrogens", "SP3"}
    assert names[2] == {"is O", "charge 0", "1 hydrogens", "SP3"}
    assert item.edges.tolist() == [[0, 1], [1, 2]]
    assert [EDGE_FEATURES[f] for f in np.flatnonzero(item.values[0])] == ["SINGLE"]


def test_benzene_is_a_ring_of_aromatic_bonds() -> None:
    item = molecule("c1ccccc1")
    assert item.edges.shape == (2, 6)
    assert {EDGE_FEATURES[f] for f in np.flatnonzero(item.values.all(0))} == {"AROMATIC", "conjugated", "in a ring"}


@pytest.mark.parametrize(("smiles", "reason"), [("C1CC", "is no SMILES"), ("hello", "is no SMILES"), ("", "no atoms")])
def test_what_is_no_molecule_is_refused(smiles: str, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        read_graph(smiles)
