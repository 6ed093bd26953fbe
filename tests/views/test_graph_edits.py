"""Edited graphs: what is moved, how far it is, and that draws follow nodes."""

from __future__ import annotations

import torch

from coview.modalities.graph.ragged import Flat
from coview.views.graph import node_keys
from coview.views.graph_edits import around, move_edges, some_inside
from tests.views.test_graph import DRAW, FLAT, KEY

SIDE = 8
NODES = node_keys(FLAT, KEY)
ALL = torch.ones(len(FLAT.x), dtype=torch.bool)


def pairs(flat: Flat, graph: int) -> set[tuple[int, int]]:
    own = flat.graph[flat.edges[0]] == graph
    return {(min(p), max(p)) for p in flat.place[flat.edges[:, own]].T.tolist()}


def test_around_a_corner_of_a_grid_lie_the_nodes_of_few_steps() -> None:
    corner = around(FLAT, torch.zeros_like(FLAT.count), 3).view(-1, SIDE, SIDE)
    steps = torch.arange(SIDE)[:, None] + torch.arange(SIDE)
    assert torch.equal(corner, (steps <= 3).expand_as(corner))


def test_a_share_of_the_part_is_chosen_and_nothing_outside() -> None:
    inside = around(FLAT, torch.zeros_like(FLAT.count), 3)
    chosen = some_inside(FLAT, DRAW, NODES, inside, 0.8)
    assert not (chosen & ~inside).any()
    assert (chosen.view(-1, SIDE * SIDE).sum(1) == 8).all()  # of ten


def test_the_edit_distance_is_the_number_of_edges_in_one_graph_alone() -> None:
    wanted = torch.arange(len(FLAT.count)) % 7
    edited, distance = move_edges(FLAT, DRAW, NODES, ALL, wanted, SIDE * SIDE)
    assert torch.equal(distance, 2 * wanted)
    for graph in range(9):
        assert len(pairs(FLAT, graph) ^ pairs(edited, graph)) == distance[graph]


def test_edges_move_inside_the_part_alone_and_keep_their_features() -> None:
    inside = around(FLAT, torch.zeros_like(FLAT.count), 3)
    told = FLAT.with_edges(FLAT.edges, torch.arange(FLAT.edges.shape[1]).float()[:, None])
    edited, _ = move_edges(told, DRAW, NODES, inside, torch.full_like(FLAT.count, 4), SIDE * SIDE)
    assert torch.equal(edited.values[:, 0].sort().values, told.values[:, 0])
    part = {i for i in range(SIDE * SIDE) if inside[i]}
    changed = pairs(FLAT, 0) ^ pairs(edited, 0)
    assert len(changed) == 8
    assert all(set(pair) <= part for pair in changed)
    owner = edited.graph[edited.edges[0]]
    assert (owner.diff() >= 0).all()


def test_a_complete_graph_only_loses_edges() -> None:
    ends = torch.triu_indices(5, 5, 1)
    complete = Flat(torch.ones(5, 1), ends, torch.zeros(10, 0), torch.tensor([5]))
    nodes = node_keys(complete, KEY[:1])
    edited, distance = move_edges(complete, DRAW, nodes, torch.ones(5, dtype=torch.bool), torch.tensor([3]), 5)
    assert distance.tolist() == [3]
    assert edited.edges.shape[1] == 7


def test_what_is_moved_does_not_depend_on_the_graphs_beside_it() -> None:
    wanted = torch.full_like(FLAT.count, 4)
    edited, _ = move_edges(FLAT, DRAW, NODES, ALL, wanted, SIDE * SIDE)
    own = FLAT.graph == 3
    alone = FLAT.select(own)
    alone = Flat(alone.x, alone.edges, alone.values, alone.count[3:4])
    by_itself, _ = move_edges(alone, DRAW, NODES[own], ALL[own], wanted[:1], SIDE * SIDE)
    assert pairs(by_itself, 0) == pairs(edited, 3)
