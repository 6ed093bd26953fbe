from __future__ import annotations

import pytest
import torch

from coview.batch import Batch
from coview.errors import UserError
from coview.methods.clustering.scgc import SCGC
from coview.methods.registry import build_method
from coview.modalities.graph import Graph
from coview.modalities.graph.item import NodeOf
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import joined, look, relation_losses, samples
from tests.modalities.graph.made import people, town


def scgc(kind: Graph | None = None, **options: object) -> SCGC:
    torch.manual_seed(0)
    encoder = build_encoder(kind or modality("graph"), "thing", "mlp", dim=32, depth=2).double()
    return SCGC(encoder, **options).double()  # type: ignore[arg-type]


def after(method: SCGC, batch: Batch, progress: float) -> SCGC:
    method.clock.progress = progress
    with torch.no_grad():
        method.after_step(method.relate(joined(look(method, batch)[1], batch)).kept)
    return method


def test_its_own_encoder_reads_no_edge() -> None:
    kind = modality("graph")
    method = build_method("scgc", {"thing": kind})
    graph = {"x": [[1.0] * 5, [0.0] * 5, [2.0] * 5], "edges": [[0], [1]], "values": [[0.0, 1.0]]}
    other = {**graph, "edges": [[1], [2]]}
    out = method.embed(Batch({"thing": kind.collate([[kind.read(graph)], [kind.read(other)]])}, *[torch.arange(2)] * 2))
    values = out["thing"]["thing"].values[:, 0]
    torch.testing.assert_close(values[0], values[1], rtol=1e-5, atol=1e-6)


def test_influence_is_a_walk_of_so_many_steps_and_none_on_oneself() -> None:
    kind = modality("graph")
    path = {"x": [[0.0] * 5] * 4, "edges": [[0, 1, 2], [1, 2, 3]], "values": [[0.0] * 2] * 3}
    batch = Batch({"thing": kind.collate([[kind.read(path)]])}, *[torch.arange(1)] * 2)
    walk = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]], dtype=torch.float64)
    walk = walk / walk.sum(1, keepdim=True)
    off = 1 - torch.eye(4, dtype=torch.float64)
    for options, want in (
        ({"order": 1}, walk),
        ({"order": 3}, walk @ walk @ walk),
        ({"order": 2, "form": "star"}, walk + walk @ walk),
    ):
        found = look(scgc(**options), batch)[0]["view"].params["influence"][0, 0, :4, :4]
        torch.testing.assert_close(found, want * off)


def test_the_star_has_no_decoder_and_rebuilds_nothing() -> None:
    method, batch = scgc(form="star"), samples(thing="graph")
    assert method.decoder is None
    assert not look(method, batch)[1].losses


def test_clusters_are_set_once_by_k_means_of_what_was_met() -> None:
    batch = samples(n=20, thing="graph")
    method = after(scgc(clusters=3), batch, 0.4)
    assert not bool(method.settled)
    assert "clusters" not in relation_losses(method, batch)
    assert method.predict(batch)["cluster"].isnan().all()  # type: ignore[union-attr]
    after(method, batch, 0.6)
    assert bool(method.settled)
    first = method.centres.clone()
    assert torch.equal(after(method, batch, 0.7).centres, first)
    assert "clusters" in relation_losses(method, batch)
    whole = method.embed(batch)["thing"]["thing"].values[:, 0]
    own = method.predict(batch)["cluster"]
    assert torch.equal(torch.cdist(whole, method.centres).argmin(1).float(), own)


def test_of_a_large_graph_the_node_itself_is_the_anchor_alone() -> None:
    kind, batch = people(town(), list(range(20)), fanout=[4, 3])
    batch = Batch({"thing": batch["thing"].pick([0])}, batch.ids, batch.key)
    views, reps = look(scgc(kind), batch)
    assert views["view"].params["anchors"].shape == (20, 1, 1)
    assert reps.features["influence"].shape[1] == 1
    assert reps.features["nodes"].shape[1] == kind.nodes


def test_a_node_drawn_around_several_is_a_candidate_once() -> None:
    wiring = town(40)
    kind, batch = people(wiring, list(range(20)), fanout=[4, 3])
    batch = Batch({"thing": batch["thing"].pick([0])}, batch.ids, batch.key)
    method = scgc(kind)
    rows = method.graph(kind.prepare(kind.collate([[NodeOf(wiring, i)] for i in range(40)]))).tokens[:, 0, 0]
    features = look(method, batch)[1].features
    everyone = features["node"].unique()
    assert len(everyone) < features["there"].sum() / 2
    each = []
    for node, influence in zip(features["node"], features["influence"][:, 0], strict=True):
        met = torch.zeros(40, dtype=torch.float64).index_put((node[node >= 0],), influence[node >= 0])
        drawn = torch.zeros(40, dtype=torch.bool).index_fill(0, everyone[everyone >= 0], True)
        drawn[node[0]] = False
        cosine = torch.nn.functional.cosine_similarity(rows, rows[node[0]][None], dim=1).exp()
        each.append(cosine[drawn].sum().log() - (met * cosine).sum().log())
    expected = 2.0 * torch.stack([one for one in each if one.isfinite()]).mean()
    torch.testing.assert_close(relation_losses(method, batch)["influence"], expected, rtol=1e-4, atol=1e-6)


def test_fewer_embeddings_than_clusters_are_refused() -> None:
    with pytest.raises(UserError, match="at least as many"):
        scgc(clusters=20, kept=10)


def test_no_loss_at_all_is_refused() -> None:
    with pytest.raises(UserError, match="SCGC needs a loss"):
        build_method("scgc", {"town": modality("graph")}, options={"form": "star", "contrast": 0, "sharpen": 0})
