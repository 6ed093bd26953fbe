from __future__ import annotations

import pytest
import torch

from coview.batch import Batch, Features, View
from coview.errors import UserError
from coview.methods.contrastive.mvgrl import MVGRL
from coview.modalities.graph import Graph
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import draws, joined, look, relation_losses, samples
from tests.modalities.graph.made import people, town


def mvgrl(kind: Graph | None = None, **options: object) -> MVGRL:
    torch.manual_seed(0)
    encoder = build_encoder(kind or modality("graph"), "thing", "gin", dim=32, depth=2).double()
    return MVGRL(encoder, **options).double()  # type: ignore[arg-type]


def nodes() -> tuple[MVGRL, Batch]:
    kind, batch = people(town(), list(range(20)), fanout=[4, 3])
    return mvgrl(kind), Batch({"thing": batch["thing"].pick([0])}, batch.ids, batch.key)


def test_every_ordered_pair_of_structures_is_related() -> None:
    batch = samples(thing="graph")
    assert set(relation_losses(mvgrl(), batch)) == {"adjacency in ppr", "ppr in adjacency"}
    assert len(relation_losses(mvgrl(structures=["adjacency", "ppr", "heat"]), batch)) == 6
    assert set(relation_losses(mvgrl(structures=["adjacency"]), batch)) == {"adjacency in adjacency"}


def test_structures_without_the_adjacency_are_refused() -> None:
    with pytest.raises(UserError, match="structures are adjacency and others"):
        mvgrl(structures=["ppr"])


def test_one_graph_has_no_other_to_be_told_from() -> None:
    method, one, many = mvgrl(), samples(n=1, thing="graph"), samples(n=6, thing="graph")
    with torch.no_grad():
        method.whole_head[-1].weight.zero_()  # type: ignore[union-attr, operator]
        method.whole_head[-1].bias.zero_()  # type: ignore[union-attr, operator]
    half = torch.tensor(2.0).log() / 2
    for loss in relation_losses(method, one).values():
        torch.testing.assert_close(loss.float(), half)
    for loss in relation_losses(method, many).values():
        torch.testing.assert_close(loss.float(), 2 * half)


def test_nodes_of_a_large_graph_are_held_against_corrupted_ones() -> None:
    method, batch = nodes()
    views, reps = look(method, batch)
    assert set(views) == {"view", "corrupted"}
    assert reps.features["adjacency/nodes"].shape == (20, 1, 128)
    before = method.relate(joined(reps, batch)).losses["adjacency in ppr"]
    moved = {**reps.features, "adjacency/corrupted": reps.features["adjacency/corrupted"] + 1}
    after = method.relate(Features(moved, batch.key, draws(batch))).losses
    assert after["adjacency in ppr"] != before
    assert after["ppr in adjacency"] == method.relate(joined(reps, batch)).losses["ppr in adjacency"]


def test_what_is_kept_is_the_sum_over_structures() -> None:
    method, batch = mvgrl(), samples(thing="graph")
    view = method.structured(method.graph.modality.prepare(batch["thing"]))
    parts = [method.whole(each, view) for each in method.nodes(view).values()]
    kept = method.embed(batch)["thing"]["thing"].values
    torch.testing.assert_close(kept, parts[0] + parts[1])
    torch.testing.assert_close(parts[0], method.graph(view).pooled)


def test_a_diffusion_carries_a_nodes_features_farther_than_its_edges_do() -> None:
    """A path of nine nodes: two layers along edges reach two steps, the diffusion all."""
    kind = modality("graph")
    path = {"x": [[0.0] * 5] * 9, "edges": [list(range(8)), list(range(1, 9))], "values": [[0.0] * 2] * 8}
    far = {**path, "x": [[0.0] * 5] * 8 + [[1.0] * 5]}
    view: View = kind.collate([[kind.read(path)], [kind.read(far)]])
    method = mvgrl()
    with torch.no_grad():
        seen = method.nodes(method.structured(kind.prepare(view)))
    first = {name: each[:, 0, 0] for name, each in seen.items()}
    assert torch.equal(first["adjacency"][0], first["adjacency"][1])
    assert not torch.allclose(first["ppr"][0], first["ppr"][1], atol=1e-6)
