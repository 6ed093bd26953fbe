from __future__ import annotations

import torch

from coview.batch import Batch
from coview.views.draw import Draw
from coview.views.graph_looks import corrupted
from tests.modalities.graph.made import fitted, people, several, town

TOWN = town()
ROWS = [0, 3, 8, 20, 57, 131, 199]
"""A hub first, and last a node without neighbours."""


def test_nodes_of_a_large_graph_get_features_from_all_of_it_and_edges_stay() -> None:
    kind, batch = people(TOWN, ROWS, fanout=[4, 3])
    plain = kind.prepare(batch["thing"])
    changed = corrupted(plain, kind, Draw(0, 1, batch.key))
    before, after = plain.value.flat(), changed.value.flat()
    assert torch.equal(after.edges, before.edges)
    assert torch.equal(after.count, before.count)
    everyone = kind.node_scale(TOWN.x)
    same = (after.x[:, None] == everyone).all(2)
    assert torch.equal(same.sum(1), torch.ones(len(after.x), dtype=torch.int64))
    assert len(same.nonzero()[:, 1].unique()) > 0.5 * len(after.x)  # not from one neighbourhood alone
    alone = (before.count == 1).nonzero()[:, 0]
    assert len(alone)
    assert not (after.x[before.start[alone]] == before.x[before.start[alone]]).all(1).any()


def test_what_a_node_gets_does_not_depend_on_who_else_is_in_the_chunk() -> None:
    kind, batch = people(TOWN, ROWS, fanout=[4, 3])
    some = batch.rows(torch.tensor([4, 1]))

    def told(of: Batch) -> torch.Tensor:
        view = corrupted(kind.prepare(of["thing"]), kind, Draw(0, 1, of.key))
        return kind.tokens(view).value

    assert torch.equal(told(batch)[[4, 1]], told(some))


def test_whole_graphs_have_their_own_features_dealt_anew() -> None:
    kind, stored = fitted(several(), nodes=12)
    plain = kind.prepare(stored)
    dealt = corrupted(plain, kind, Draw(0, 1, torch.arange(len(stored))))
    before, after = (kind.tokens(view).value.sum(2) for view in (plain, dealt))
    assert not torch.equal(before, after)
    torch.testing.assert_close(before[:, 0].sort(-1).values, after[:, 0].sort(-1).values)
