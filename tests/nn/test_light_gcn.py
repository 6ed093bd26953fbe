"""LightGCN: torch-geometric says the same; neighbourhoods tell who is meant."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coview.errors import UserError
from coview.methods.registry import build_method
from coview.modalities.graph import Graph
from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.wiring import Wiring
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


def named(*names: int) -> Wiring:
    """A ring of nodes called so, told in this order."""
    ring = np.array([names.index(name) for name in sorted(names)])
    edges = np.stack([ring, np.roll(ring, 1)])
    return Wiring.of(np.zeros((len(names), 1), np.float32), edges, ids=torch.tensor(names))


def test_a_vector_is_of_the_node_of_a_name_whatever_the_order() -> None:
    one, other = named(3, 1, 2, 9), named(9, 2, 3, 1)
    net = LightGCN(Graph.adapt([NodeOf(one, i) for i in range(4)]), 8, 2)
    assert one.number is not None
    assert other.number is not None
    assert torch.equal(net.everyone(one)[one.number][[3, 1, 2, 0]], net.everyone(other)[other.number][[0, 3, 1, 2]])


def test_nodes_of_other_names_have_no_vectors() -> None:
    net = LightGCN(Graph.adapt([NodeOf(named(3, 1, 2, 9), i) for i in range(4)]), 8, 2)
    for other in (named(3, 1, 2, 8), named(3, 1, 2, 9, 5), Wiring.of(np.zeros((4, 1)), np.array([[0], [1]]))):
        with pytest.raises(UserError, match="a vector for each of the 4 nodes that it was trained on"):
            net.everyone(other)


def test_vectors_of_a_run_that_kept_no_names_are_in_the_order_in_which_nodes_are_told() -> None:
    wiring = named(3, 1, 2, 9)
    config = Graph.adapt([NodeOf(wiring, i) for i in range(4)]).config()
    net = LightGCN(Graph(**{**config, "who": ""}), 8, 0)
    assert wiring.number is not None
    assert torch.equal(net.everyone(wiring)[wiring.number], net.table)


def test_whole_graphs_have_no_vectors_of_their_own() -> None:
    with pytest.raises(UserError, match="a vector for each node of one large graph"):
        build_encoder(Graph.adapt(several()), "graph", "lightgcn")


def test_a_method_of_ids_refuses_an_encoder_of_features() -> None:
    with pytest.raises(
        UserError, match=r"DCCF learns a vector for each node, and encoder gin .* use --encoder lightgcn"
    ):
        build_method("dccf", {"thing": MODALITY}, encoder="gin")
    assert light_gcn(build_encoder(MODALITY, "thing", "lightgcn"), "DCCF").dim == 64
