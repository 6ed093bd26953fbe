"""Looks at graphs: shares that are kept, parts that hold together, draws that follow nodes and pairs."""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from coview.modalities.graph.ragged import Flat
from coview.views.draw import Draw
from coview.views.graph import (
    drop_edges,
    drop_features,
    drop_nodes,
    grow,
    hide_nodes,
    least_within,
    node_keys,
    pair_keys,
    shuffled,
    some_edges,
)


def grid(side: int = 8, graphs: int = 30) -> Flat:
    """Graphs that are square grids."""
    at = np.arange(side * side).reshape(side, side)
    one = np.concatenate([[at[:, :-1].ravel(), at[:, 1:].ravel()], [at[:-1].ravel(), at[1:].ravel()]], 1)
    edges = np.concatenate([one + g * side * side for g in range(graphs)], 1)
    n = graphs * side * side
    count = torch.full((graphs,), side * side)
    return Flat(torch.ones(n, 6), torch.from_numpy(edges), torch.zeros(edges.shape[1], 0), count)


FLAT = grid()
KEY = torch.arange(len(FLAT.count)) * 7919 + 5
DRAW = Draw(2, 5, KEY)
NODES = node_keys(FLAT, KEY)


def test_a_part_has_the_share_asked_for_its_root_and_holds_together() -> None:
    share = torch.linspace(0.1, 1.0, len(FLAT.count))
    root = torch.arange(len(FLAT.count)) * 2
    kept = grow(FLAT, DRAW, NODES, share, root)
    found = FLAT.select(kept)
    assert found.count.tolist() == (share * 64).ceil().long().tolist()
    assert bool(kept[FLAT.start + root].all())
    matrix = coo_matrix((np.ones(found.edges.shape[1]), found.edges.numpy()), (len(found.x),) * 2)
    assert connected_components(matrix, directed=False)[0] == len(found.count)


def test_a_part_may_be_capped() -> None:
    kept = grow(FLAT, DRAW, NODES, torch.ones(30), torch.zeros(30, dtype=torch.int64), most=10)
    assert FLAT.select(kept).count.tolist() == [10] * 30


def test_where_a_graph_falls_apart_other_components_fill_up() -> None:
    alone = Flat(torch.ones(6, 1), torch.tensor([[0], [1]]), torch.zeros(1, 0), torch.tensor([6]))
    key = torch.tensor([3])
    kept = grow(alone, Draw(0, 0, key), node_keys(alone, key), torch.tensor([0.5]), torch.tensor([0]))
    assert int(kept.sum()) == 3
    assert bool(kept[:2].all())


def test_parts_differ_from_key_to_key() -> None:
    kept = grow(FLAT, DRAW, NODES, torch.full((30,), 0.5), torch.zeros(30, dtype=torch.int64)).view(30, -1)
    assert len({tuple(row) for row in kept.tolist()}) == 30


def test_edges_are_dropped_at_the_rate_asked_for_and_by_their_ends_alone() -> None:
    found = drop_edges(FLAT, DRAW, NODES, 0.3)
    assert abs(1 - found.edges.shape[1] / FLAT.edges.shape[1] - 0.3) < 0.03
    turned = Flat(FLAT.x, FLAT.edges.flip(0), FLAT.values, FLAT.count)
    assert torch.equal(drop_edges(turned, DRAW, NODES, 0.3).edges, found.edges.flip(0))


def test_pair_keys_tell_edges_apart() -> None:
    assert len(pair_keys(FLAT, NODES).unique()) == FLAT.edges.shape[1]


def test_a_graph_is_looked_at_alike_whoever_is_beside_it() -> None:
    alone = FLAT.select(FLAT.graph == 11)
    alone = Flat(alone.x, alone.edges, alone.values, alone.count[11:12])
    key, draw = KEY[11:12], Draw(2, 5, KEY[11:12])
    own = node_keys(alone, key)
    kept = grow(FLAT, DRAW, NODES, torch.full((30,), 0.4), torch.full((30,), 3))
    assert torch.equal(grow(alone, draw, own, torch.full((1,), 0.4), torch.full((1,), 3)), kept[FLAT.graph == 11])
    found = drop_edges(FLAT, DRAW, NODES, 0.3)
    mine = found.edges[:, found.graph[found.edges[0]] == 11] - 11 * 64
    assert torch.equal(drop_edges(alone, draw, own, 0.3).edges, mine)


def test_features_go_at_all_nodes_of_a_look_or_at_none() -> None:
    found = drop_features(FLAT, DRAW, KEY, 0.4).x.view(30, 64, 6)
    assert bool(((found == 0).all(1) | (found == 1).all(1)).all())
    assert abs(float((found == 0).float().mean()) - 0.4) < 0.1


def test_hidden_nodes_lose_all_features_at_the_rate_asked_for() -> None:
    found = hide_nodes(FLAT, DRAW, NODES, 0.25).x
    gone = (found == 0).all(1)
    assert bool((gone | (found == 1).all(1)).all())
    assert abs(float(gone.float().mean()) - 0.25) < 0.03


def test_nodes_are_dropped_at_the_rate_asked_for_and_never_all_of_a_graph() -> None:
    kept = drop_nodes(FLAT, DRAW, NODES, 0.3)
    assert abs(float(kept.float().mean()) - 0.7) < 0.03
    small = Flat(torch.ones(60, 1), torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0, 0), torch.full((30,), 2))
    kept = drop_nodes(small, DRAW, node_keys(small, KEY), 0.99)
    assert small.select(kept).count.tolist() == [1] * 30


def test_the_least_are_those_of_sorting_each_graph() -> None:
    score = (Draw(0, 0, NODES)("score") * 16).floor()  # many are equal
    wanted = torch.arange(30) * 2 + 1
    rank = score.view(30, 64).argsort(dim=1, stable=True).argsort(1)
    assert torch.equal(least_within(FLAT, score, wanted), (rank < wanted[:, None]).flatten())


def test_the_least_of_no_nodes_are_none() -> None:
    nobody = FLAT.select(torch.zeros(len(FLAT.x), dtype=torch.bool))
    assert least_within(nobody, torch.zeros(0), torch.ones(30, dtype=torch.int64)).tolist() == []


def test_some_edges_are_edges_each_once_and_all_of_them_where_there_are_fewer() -> None:
    ends, there = some_edges(FLAT, DRAW, NODES, 200)
    own = FLAT.edges.shape[1] // len(FLAT.count)
    assert torch.equal(there.sum(1), torch.full((len(there),), own))
    first = {tuple(pair) for pair in ends[0][there[0]].tolist()}
    assert first == {tuple(pair) for pair in FLAT.edges[:, :own].T.tolist()}
    few, _ = some_edges(FLAT, DRAW, NODES, 5)
    assert torch.equal(few, ends[:, :5])


def test_some_edges_of_a_graph_do_not_depend_on_the_graphs_beside_it() -> None:
    every, _ = some_edges(FLAT, DRAW, NODES, 5)
    alone = FLAT.select(FLAT.graph == 3)
    alone = Flat(alone.x, alone.edges, alone.values, alone.count[3:4])
    ends, _ = some_edges(alone, DRAW, NODES[FLAT.graph == 3], 5)
    assert torch.equal(ends[0], every[3])


def test_shuffled_features_stay_in_their_graph_and_edges_stay() -> None:
    told = FLAT.with_nodes(torch.arange(len(FLAT.x)).float()[:, None])
    dealt = shuffled(told, DRAW, NODES)
    assert torch.equal(dealt.edges, told.edges)
    moved = dealt.x[:, 0].long()
    assert torch.equal(moved.sort().values, torch.arange(len(moved)))
    assert torch.equal(FLAT.graph[moved], FLAT.graph)
    assert (moved != torch.arange(len(moved))).float().mean() > 0.9
