from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.methods.pretext.d_sla import DSLA
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import look, relation_losses, samples


def dsla(**options: float) -> DSLA:
    torch.manual_seed(0)
    encoder = build_encoder(modality("graph"), "thing", "gin", dim=32, depth=2).double()
    return DSLA(encoder, **options).double()  # type: ignore[arg-type]


def test_later_copies_are_edited_more_and_the_original_is_not() -> None:
    views, _ = look(dsla(moved=0.3), samples(n=40, thing="graph"))
    view = views["candidates"]
    distance = view.params["distance"][view.present[:, 0]].double()
    assert (distance[:, 0] == 0).all()
    assert (distance[:, 1:] > 0).all()
    assert distance.mean(0).diff().min() > 0


def test_features_are_hidden_in_the_original_as_in_its_copies() -> None:
    views, _ = look(dsla(), samples(n=40, thing="graph"))
    hidden = views["candidates"].params["hidden"].sum(2)
    assert torch.equal(hidden, hidden[:, :1].expand_as(hidden))
    assert (hidden > 0).all()


def test_graphs_that_cannot_be_edited_take_no_part() -> None:
    batch = samples(n=3, thing="graph")
    kind = modality("graph")
    whole = {"x": [[0.0] * 5] * 2, "edges": [[0], [1]], "values": [[0.0] * 2]}
    alone = {"x": [[0.0] * 5], "edges": [[], []], "values": []}
    batch.slots["thing"] = kind.collate([[kind.read(whole)], [kind.read(alone)], [kind.read(whole)]])
    views, _ = look(dsla(), batch)
    assert views["candidates"].present[:, 0].tolist() == [True, False, True]  # two nodes can lose their edge


def test_scores_that_know_nothing_cost_the_logarithm_of_their_number() -> None:
    method, batch = dsla(copies=4), samples(thing="graph")
    torch.nn.init.zeros_(method.score[-1].weight)  # type: ignore[arg-type]
    views, reps = look(method, batch)
    there = views["candidates"].present[:, 0]
    expected = torch.full((int(there.sum()),), 5.0).log()
    torch.testing.assert_close(reps.losses["discrimination"][there].float(), expected)


def test_other_graphs_far_beyond_the_margin_cost_nothing() -> None:
    method, batch = dsla(margin=0.0), samples(n=8, thing="graph")
    near = float(relation_losses(method, batch)["margin"].detach())
    method.margin = 50.0
    assert float(relation_losses(method, batch)["margin"].detach()) > near + 0.5 * 40


def test_copies_that_move_more_edges_than_there_are_are_refused() -> None:
    with pytest.raises(UserError, match="the last of 6 copies has 6 times 0"):
        dsla(copies=6, moved=0.2)
