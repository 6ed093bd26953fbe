from __future__ import annotations

import torch
from torch import Tensor

from coview.views.documents import Walk, documents, hops_away, walk
from coview.views.draw import Draw

#       0
#     /   \
#    1     2      1 and 2 are beside each other; 5 is beside nobody
#   / \   /
#  3    4
EDGES = [(0, 1), (0, 2), (1, 2), (1, 3), (1, 4), (2, 4)]
SIZE = 6


def wired(rows: int = 40) -> Tensor:
    beside = torch.zeros(rows, SIZE, SIZE, dtype=torch.bool)
    for a, b in EDGES:
        beside[:, a, b] = beside[:, b, a] = True
    return beside


def walked(back: float = 0.0, steps: int = 12, farthest: int = 2, rows: int = 40) -> Walk:
    beside = wired(rows)
    return walk(Draw(0, 0, torch.arange(rows)), beside, hops_away(beside, 2), farthest, steps, back)


def met(found: Walk) -> list[list[int]]:
    return [row[there].tolist() for row, there in zip(found.order, found.there, strict=True)]


def test_hops_are_edges_from_the_first_node() -> None:
    assert hops_away(wired(1), 2)[0].tolist() == [0, 1, 1, 2, 2, 3]
    assert hops_away(wired(1), 1)[0].tolist() == [0, 1, 1, 2, 2, 2]


def test_a_long_walk_that_never_turns_back_early_meets_all_that_can_be_reached() -> None:
    assert all(sorted(nodes) == [0, 1, 2, 3, 4] for nodes in met(walked()))
    assert all(sorted(nodes) == [0, 1, 2] for nodes in met(walked(farthest=1)))


def test_each_node_is_followed_by_those_that_are_told_under_it() -> None:
    """In the order met, a node's parent is the last one before it of a level less: a document's sections."""
    beside = wired(1)[0]
    for found in (walked(), walked(back=0.4, steps=8)):
        for nodes, levels in zip(met(found), found.level, strict=True):
            for at in range(1, len(nodes)):
                above = [i for i in range(at) if levels[i] < levels[at]]
                assert levels[above[-1]] == levels[at] - 1
                assert beside[nodes[above[-1]], nodes[at]]


def test_walks_differ_and_are_drawn_by_key() -> None:
    found = walked()
    assert len({tuple(nodes) for nodes in met(found)}) > 2
    beside = wired(3)
    some = walk(Draw(0, 0, torch.tensor([7, 0, 20])), beside, hops_away(beside, 2), 2, 12, 0.0)
    assert torch.equal(some.order, found.order[[7, 0, 20]])


def test_one_step_goes_to_a_neighbour() -> None:
    found = met(walked(steps=1))
    assert {tuple(nodes) for nodes in found} == {(0, 1), (0, 2)}


def test_who_always_goes_back_stays_at_home() -> None:
    assert met(walked(back=1.0)) == [[0]] * 40


def test_a_section_refers_to_neighbours_before_it_that_it_does_not_stand_under() -> None:
    """All pairs that are beside each other are told once: by a level, or by a reference."""
    found = walked()
    for b, nodes in enumerate(met(found)):
        told = {frozenset((nodes[i], nodes[j])) for i, j in found.refers[b].nonzero().tolist()}
        assert all(i > j for i, j in found.refers[b].nonzero().tolist())
        for at in range(1, len(nodes)):
            above = max(i for i in range(at) if found.level[b, i] < found.level[b, at])
            pair = frozenset((nodes[above], nodes[at]))
            assert pair not in told
            told.add(pair)
        assert told == {frozenset(pair) for pair in EDGES}


def test_a_document_is_headings_texts_and_references() -> None:
    order = torch.tensor([[0, 2, 4, 1, 3, 5]])
    there = torch.tensor([[True, True, True, True, False, False]])
    level = torch.tensor([[0, 1, 2, 1, 0, 0]])
    refers = torch.zeros(1, 6, 6, dtype=torch.bool)
    refers[0, 3, 1] = refers[0, 3, 2] = True
    texts = torch.tensor([[[10, 0], [11, 12], [13, 0], [14, 0], [0, 0], [15, 0]]])  # of node 4 nothing is written
    headings = 1000 + 100 * torch.arange(3)[:, None, None] + torch.arange(6)[None, :, None]
    headings[0] = 0
    references = (2000 + torch.arange(6))[:, None]
    ids, length = documents(texts, Walk(order, there, level, refers), headings, references, 10)
    said = [10, 1101, 13, 1103, 11, 12, 2001, 2002]
    assert ids[0].tolist() == [*said, 0, 0]
    assert length.tolist() == [len(said)]
    cut, length = documents(texts, Walk(order, there, level, refers), headings, references, 3)
    assert cut[0].tolist() == said[:3]
    assert length.tolist() == [3]


def test_there_may_be_fewer_ids_than_a_document_holds() -> None:
    alone = walked(rows=2, steps=1)
    ids, length = documents(
        torch.ones(2, SIZE, 1, dtype=torch.int64), alone, torch.zeros(3, 2, 1).long(), torch.zeros(2, 1).long(), 50
    )
    assert ids.shape == (2, 50)
    assert length.tolist() == [2, 2]
