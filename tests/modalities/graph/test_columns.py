"""Features found by name: in another order, among others, as words of a column; by place where names are missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coview.modalities.graph import Graph
from coview.modalities.graph.columns import Columns, Found, Words, find
from coview.modalities.graph.item import WholeGraph

LINE = np.array([[0, 1], [1, 2]])
HOW = Words(("rail", "road"), np.array([1, 0]))
KNOWN = Columns((("age", "size"), ("how=road", "weight")), (2, 2))


def graph(*columns: str, of_edges: tuple[str, ...] = ("weight", "how=rail", "how=road")) -> WholeGraph:
    """Three nodes in a line; a node has i at its i-th feature, an edge too."""
    x = np.tile(np.arange(len(columns), dtype=np.float32), (3, 1))
    values = np.tile(np.arange(len(of_edges), dtype=np.float32), (2, 1))
    return WholeGraph.checked(x, LINE, values, (columns, of_edges), {"how": HOW})


def test_features_are_found_by_name_in_any_order_and_among_others() -> None:
    x, values = KNOWN.features(graph("size", "shoe", "age"))
    assert x.tolist() == [[2, 0]] * 3
    assert values.tolist() == [[2, 0]] * 2
    assert KNOWN.notes(graph("size", "shoe", "age")) == [
        "read without shoe of nodes (not known from training)",
        "read without how=rail of edges (not known from training)",
    ]


def test_words_that_are_no_features_are_read_by_what_they_say() -> None:
    _, values = KNOWN.features(graph("age", "size", of_edges=("weight",)))
    assert values.tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("how=road",), Found((("how", "road"),), (), ("how=rail",))),
        (("how=sea",), Found((("how", "sea"),), (), ("how=rail", "how=road"))),
        (("how=a=b",), Found((("how", "a=b"),), (), ("how=rail", "how=road"))),
        (("how",), Found((), ("how",), ())),
        (("by=sea",), Found((), ("by=sea",), ())),
    ],
)
def test_a_kind_is_missing_where_its_column_is_and_else_holds_of_no_edge(wanted: tuple[str, ...], found: Found) -> None:
    assert find(wanted, (), (("how", ("rail", "road")),)) == found
    assert HOW.are("sea").tolist() == [0, 0]


def test_a_missing_feature_is_named() -> None:
    assert KNOWN.unfit(graph("age")) == "has no size among the features of nodes, which the slot reads; it has age"
    bare = replace(graph("age", "size", of_edges=()), words={})
    assert KNOWN.unfit(bare) == "has no how=road, weight among the features of edges, which the slot reads; it has none"


@pytest.mark.parametrize("own", [((), ()), KNOWN.names])
def test_places_count_where_one_side_has_no_names(own: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    columns = Columns(own, (2, 2))
    told = graph("size", "age", of_edges=("a", "b"))
    item = told if own == ((), ()) else replace(told, columns=((), ()), words={})
    assert columns.unfit(item) is None
    assert columns.features(item)[0] is item.x
    assert not columns.notes(item)
    wide = replace(item, x=np.zeros((3, 5)), columns=((), ()))
    assert "has 5 features a node" in str(columns.unfit(wide))


def test_without_an_edge_nothing_is_missing() -> None:
    alone = WholeGraph.checked(np.zeros((1, 2)), np.zeros((2, 0), int), columns=(("size", "age"), ()))
    assert KNOWN.unfit(alone) is None
    assert KNOWN.features(alone)[1].shape == (0, 2)


def test_most_graphs_decide_whatever_their_order() -> None:
    few = [graph("age", "size", "shoe") for _ in range(3)]
    many = [graph("age", "size"), graph("size", "age"), graph("age", "size"), graph("size", "age")]
    modality = Graph.adapt([*few, *many])
    assert modality.config()["columns"] == [["age", "size"], ["weight", "how=rail", "how=road"]]
    assert [modality.unfit(item) for item in (*few, *many)] == [None] * 7
    assert Graph.from_config(modality.config()).config() == modality.config()
