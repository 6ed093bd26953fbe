"""Neighbourhoods of a large graph: what they hold, that all are drawn alike, and that nothing but the key decides."""

from __future__ import annotations

import pytest
import torch

from coview.modalities.graph.ragged import Flat
from coview.modalities.graph.sampler import largest, neighbourhoods, some_of
from coview.modalities.graph.wiring import Wiring
from coview.views.draw import Draw, mix
from tests.modalities.graph.made import town

TOWN = town()
NEIGHBOURS = [set(TOWN.ends[TOWN.start[i] : TOWN.start[i + 1]].tolist()) for i in range(len(TOWN))]


def drawn(seeds: list[int], step: int = 0, fanout: tuple[int, ...] = (4, 3)) -> tuple[Flat, torch.Tensor]:
    at = torch.tensor(seeds)
    return neighbourhoods(TOWN, at, mix(at), Draw(1, step, at), fanout)


def test_a_wiring_has_each_edge_at_both_ends_once_and_no_loop() -> None:
    for node, beside in enumerate(NEIGHBOURS):
        assert node not in beside
        assert len(beside) == int(TOWN.degree[node])
        assert all(node in NEIGHBOURS[other] for other in beside)
    assert TOWN.edges().shape[1] * 2 == len(TOWN.ends)


def test_the_seed_comes_first_nobody_comes_twice_and_edges_are_edges_of_the_graph() -> None:
    seeds = list(range(0, 200, 7))
    flat, node = drawn(seeds)
    assert node[flat.start].tolist() == seeds
    for g, (start, count) in enumerate(zip(flat.start.tolist(), flat.count.tolist())):
        assert count <= largest((4, 3))
        assert len(set(node[start : start + count].tolist())) == count, g
    for a, b in node[flat.edges].T.tolist():
        assert b in NEIGHBOURS[a]
    assert torch.equal(flat.x, TOWN.x[node])
    pairs = [tuple(sorted(e)) for e in flat.edges.T.tolist()]
    assert len(set(pairs)) == len(pairs)


def test_features_of_edges_are_those_of_the_graph() -> None:
    flat, node = drawn(list(range(0, 100, 9)))
    for (a, b), value in zip(node[flat.edges].T.tolist(), flat.values):
        slot = TOWN.start[a] + TOWN.ends[TOWN.start[a] : TOWN.start[a + 1]].tolist().index(b)
        assert torch.equal(value, TOWN.values[slot])


def test_all_neighbours_are_there_where_they_are_few() -> None:
    seed = next(i for i in range(200) if 0 < len(NEIGHBOURS[i]) <= 6)
    flat, node = drawn([seed], fanout=(6,))
    assert set(node.tolist()) == {seed} | NEIGHBOURS[seed]
    assert flat.edges.shape[1] == len(NEIGHBOURS[seed])


def test_a_node_without_neighbours_is_alone_and_an_absent_seed_has_nobody() -> None:
    flat, node = neighbourhoods(TOWN, torch.tensor([199, -1, 0]), torch.arange(3), Draw(0, 0, torch.arange(3)), (3, 2))
    assert flat.count[:2].tolist() == [1, 0]
    assert node[0] == 199
    none, _ = neighbourhoods(TOWN, torch.tensor([-1]), torch.arange(1), Draw(0, 0, torch.arange(1)), (3, 2))
    assert none.count.tolist() == [0]


def parts(flat: Flat, node: torch.Tensor) -> list[tuple[list[int], list[list[int]]]]:
    return [
        (node[s : s + c].tolist(), (flat.edges[:, flat.graph[flat.edges[0]] == g] - s).T.tolist())
        for g, (s, c) in enumerate(zip(flat.start.tolist(), flat.count.tolist()))
    ]


def test_a_neighbourhood_does_not_depend_on_who_else_is_asked_for() -> None:
    together = parts(*drawn([0, 5, 1, 60, 33]))
    assert parts(*drawn([60]))[0] == together[3]
    assert parts(*drawn([33, 0])) == [together[4], together[0]]


def test_another_step_draws_other_neighbours() -> None:
    assert parts(*drawn([0], step=1)) != parts(*drawn([0], step=2))
    assert parts(*drawn([0], step=1)) == parts(*drawn([0], step=1))


def named(order: torch.Tensor, more: int = 0) -> tuple[Wiring, torch.Tensor]:
    """The town told in another order and with nodes that nobody knows, and the number of each of its nodes."""
    x = torch.cat([TOWN.x, torch.zeros(more, 4)])[order]
    row = order.argsort()  # where each node is told now
    ids = mix(torch.arange(len(order)))
    wiring = Wiring.of(x.numpy(), row[TOWN.edges()].numpy(), ids=ids[order], texts={int(row[5]): "five"})
    assert wiring.number is not None
    return wiring, wiring.number[row]


@pytest.mark.parametrize("more", [0, 17])
def test_a_neighbourhood_of_named_nodes_depends_neither_on_their_order_nor_on_nodes_far_away(more: int) -> None:
    def around(wiring: Wiring, number: torch.Tensor) -> tuple[Flat, list[int]]:
        seeds = torch.arange(0, 200, 7)
        flat, node = neighbourhoods(wiring, number[seeds], mix(seeds), Draw(1, 0, seeds), (4, 3))
        return flat, number.argsort()[node].tolist()

    (one, those), (other, these) = (
        around(*named(order, extra))
        for order, extra in (
            (torch.arange(200), 0),
            (torch.randperm(200 + more, generator=torch.Generator().manual_seed(2)), more),
        )
    )
    assert these == those
    assert torch.equal(one.edges, other.edges)
    assert torch.equal(one.x, other.x)


def test_what_is_told_of_named_nodes_goes_with_them() -> None:
    wiring, number = named(torch.randperm(200, generator=torch.Generator().manual_seed(2)))
    assert wiring.texts == {int(number[5]): "five"}
    assert torch.equal(wiring.x[number], TOWN.x)
    assert torch.equal(wiring.degree[number], TOWN.degree)
    assert bool((wiring.names[1:] > wiring.names[:-1]).all())
    assert bool((wiring.codes[1:] > wiring.codes[:-1]).all())
    assert wiring.who == named(torch.arange(200))[0].who != ""


@pytest.mark.parametrize("have", [3, 4, 5, 30])
def test_every_neighbour_is_drawn_alike_and_none_twice(have: int) -> None:
    n, width = 20_000, 4
    key = torch.arange(n)
    which, there = some_of(torch.full((n,), have), width, Draw(3, 0, key), "neighbours")
    assert int(there.sum()) == n * min(have, width)
    rows = which.sort(1).values
    assert have < width or not bool((rows[:, 1:] == rows[:, :-1]).any())
    share = torch.bincount(which[there], minlength=have) / n
    torch.testing.assert_close(share, torch.full((have,), min(1.0, width / have)), atol=0.02, rtol=0)


def test_pairs_of_neighbours_are_drawn_alike_too() -> None:
    n, have, width = 60_000, 6, 3
    which, _ = some_of(torch.full((n,), have), width, Draw(4, 0, torch.arange(n)), "neighbours")
    together = torch.zeros(have, have)
    for i in range(width):
        for j in range(width):
            if i != j:
                together += torch.bincount(which[:, i] * have + which[:, j], minlength=have**2).view(have, have)
    expected = n * width * (width - 1) / (have * (have - 1))
    off = ~torch.eye(have, dtype=torch.bool)
    torch.testing.assert_close(together[off], torch.full((have * (have - 1),), expected), rtol=0.05, atol=0)
