"""LightGCN: torch-geometric says the same; neighbourhoods tell who is meant."""

from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.methods.registry import build_method
from coview.modalities.graph import Graph
from coview.nn.encoder import build_encoder
from coview.nn.graph import geometric
from coview.nn.light_gcn import LightGCN, light_gcn
from coview.views.draw import Draw
from tests.modalities.graph.made import people, several, town

TOWN = town(60)
MODALITY, BATCH = people(TOWN, [0, 1, 5, 59, 7], fanout=(4, 3))


def network(depth: int = 3) -> LightGCN:
    torch.manual_seed(0)
    return LightGCN(MODALITY, 8, depth)


def test_it_is_the_mean_of_layers_that_torch_geometric_has() -> None:
    ours = network()
    theirs = geometric().nn.models.LightGCN(len(TOWN), 8, 3)
    theirs.embedding.weight.data.copy_(ours.table.data)
    want = theirs.get_embedding(torch.stack([TOWN.rows, TOWN.ends.long()]))
    torch.testing.assert_close(ours.everyone(TOWN), want)


def test_a_node_is_read_alike_as_a_seed_and_as_a_look_at_its_neighbourhood() -> None:
    encoder = build_encoder(MODALITY, "thing", "lightgcn", dim=8)
    view = BATCH["thing"]
    stored = encoder(view).pooled
    assert torch.equal(encoder(MODALITY.prepare(view)).pooled, stored)
    look = MODALITY.augment(view, Draw(0, 0, BATCH.key))
    rows = torch.tensor([3, 1])
    assert torch.equal(encoder(look[rows]).pooled, stored[rows])
    assert torch.equal(encoder(look[rows].with_value(look[rows].value.packed())).pooled, stored[rows])


def test_the_modality_counts_nodes_and_kinds() -> None:
    assert (MODALITY.total, MODALITY.kinds) == (60, 1)
    assert Graph(**MODALITY.config()).total == 60


def test_whole_graphs_have_no_vectors_of_their_own() -> None:
    with pytest.raises(UserError, match="a vector for each node of one large graph"):
        build_encoder(Graph.adapt(several()), "graph", "lightgcn")


def test_a_method_of_ids_refuses_an_encoder_of_features() -> None:
    with pytest.raises(
        UserError, match=r"DCCF learns a vector for each node, and encoder gin .* use --encoder lightgcn"
    ):
        build_method("dccf", {"thing": MODALITY}, encoder="gin")
    assert light_gcn(build_encoder(MODALITY, "thing", "lightgcn"), "DCCF").dim == 64
