"""Edges drawn around nodes, and strangers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coview.batch import View
from coview.errors import UserError
from coview.modalities.graph.wiring import Seeds, Wiring
from coview.views.draw import Draw
from coview.views.interactions import each_node, interactions, kept_edges, met, partners
from tests.contracts.items.graph import FILMS, PEOPLE, cinema

N = PEOPLE + FILMS
LONELY = N - 1


def everyone(times: int = 1) -> tuple[View, Draw]:
    node = torch.arange(N).repeat(times)[:, None]
    key = torch.arange(N * times) + 77
    return View(Seeds(cinema(), node, 1), "graph", torch.ones_like(node, dtype=torch.bool)), Draw(0, 0, key)


def test_a_partner_is_a_neighbour_and_who_has_none_is_absent() -> None:
    pair = partners(*everyone())
    assert pair.present[:, 0].tolist() == [node != LONELY for node in range(N)]
    node, partner = pair.value.index[:LONELY].unbind(1)
    assert node.tolist() == list(range(LONELY))
    assert met(cinema(), node, partner).all()


def test_every_neighbour_is_drawn_alike() -> None:
    pair = partners(*everyone(2_000))
    mine = pair.value.index[pair.value.index[:, 0] == 0, 1]
    own = cinema().ends[: int(cinema().degree[0])].long()
    share = torch.stack([(mine == neighbour).double().mean() for neighbour in own])
    torch.testing.assert_close(share, torch.full_like(share, 1 / len(own)), rtol=0, atol=0.04)


def test_people_come_first_and_strangers_are_films_they_have_not_seen() -> None:
    triple = interactions(*everyone(20))
    left, right, stranger = triple.value.index[triple.present[:, 0]].unbind(1)
    assert (left < PEOPLE).all()
    assert (right >= PEOPLE).all()
    assert (stranger >= PEOPLE).all()
    assert met(cinema(), left, right).all()
    assert not met(cinema(), left, stranger).any()
    assert LONELY in stranger


def test_a_row_is_drawn_alike_whoever_is_beside_it() -> None:
    view, draw = everyone()
    some = torch.tensor([11, 3])
    alone = interactions(view[some], draw.of(draw.key[some])).value.index
    assert torch.equal(alone, interactions(view, draw).value.index[some])


def test_of_one_kind_a_stranger_is_another_node() -> None:
    ring = Wiring.of(np.zeros((9, 1)), np.array([[i, (i + 1) % 9] for i in range(9)]).T)
    node = torch.arange(9).repeat(50)[:, None]
    view = View(Seeds(ring, node, 1), "graph", torch.ones_like(node, dtype=torch.bool))
    left, _, stranger = interactions(view, Draw(0, 0, torch.arange(450))).value.index.unbind(1)
    assert not (met(ring, left, stranger) | (left == stranger)).any()


def test_a_graph_without_edges_is_refused() -> None:
    alone = Wiring.of(np.zeros((3, 1)), np.zeros((2, 0), int))
    view = View(Seeds(alone, torch.zeros(1, 1, dtype=torch.int64), 1), "graph", torch.ones(1, 1, dtype=torch.bool))
    with pytest.raises(UserError, match="no edges"):
        partners(view, Draw(0, 0, torch.zeros(1, dtype=torch.int64)))


def test_an_edge_is_kept_both_ways_or_neither_and_alike_in_every_chunk() -> None:
    wiring = cinema()
    kept = kept_edges(wiring, Draw(0, 3, torch.arange(4)), 0.4, "one")
    assert torch.equal(kept, kept[wiring.reverse])
    assert 0 < int(kept.sum()) < len(kept)
    assert torch.equal(kept, kept_edges(wiring, Draw(0, 3, torch.arange(7, 9)), 0.4, "one"))
    assert not torch.equal(kept, kept_edges(wiring, Draw(0, 4, torch.arange(4)), 0.4, "one"))


def test_nodes_are_met_once_and_the_absent_not() -> None:
    node = torch.tensor([[5, 9], [5, 8], [6, 9], [7, 3]])
    kind = (node > 7).long()
    present = torch.tensor([[True, True], [True, True], [True, True], [False, False]])
    assert {k: at.tolist() for k, at in each_node(node, kind, present)} == {0: [0, 4], 1: [3, 1]}
