"""Graph networks: closed form, blind to the order of nodes and to other graphs, blind to what is hidden."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from torch import nn

from coview.batch import View
from coview.errors import MissingExtra, UserError
from coview.modalities.graph.item import WholeGraph
from coview.modalities.graph.ragged import Flat, Graphs
from coview.nn.encoder import build_encoder
from coview.nn.graph import Layer, Residual
from tests.modalities.graph.made import fitted, several

LAYERS = ["gin", "gcn", "sage"]
ITEMS = several(8)
MODALITY, STORED = fitted(ITEMS)


def encoder(name: str, **options: object) -> nn.Module:
    torch.manual_seed(0)
    return build_encoder(MODALITY, "graph", name, **{"dim": 16, "depth": 2, **options}).eval().requires_grad_(False)


def dense(edges: torch.Tensor, nodes: int) -> torch.Tensor:
    table = torch.zeros(nodes, nodes)
    table[edges[0], edges[1]] = table[edges[1], edges[0]] = 1
    return table


def test_a_layer_of_gin_is_its_equation() -> None:
    torch.manual_seed(0)
    body = Residual(Layer.GIN, 4, 1, 0, 0.0).eval()
    x, edges = torch.randn(5, 4), torch.tensor([[0, 0, 3], [1, 2, 1]])
    layer, norm = body.layers[0], body.norms[0]
    layer.eps.data.fill_(0.3)
    h = norm(x)
    want = x + nn.functional.gelu(layer.nn((1 + 0.3) * h + dense(edges, 5) @ h))
    both = torch.cat([edges, edges.flip(0)], 1)
    torch.testing.assert_close(body(x, both, torch.zeros(6, 0))[0], want)


@pytest.mark.parametrize("name", LAYERS)
def test_the_order_of_nodes_does_not_matter(name: str) -> None:
    item = ITEMS[-1]
    order = np.random.default_rng(1).permutation(len(item.x))
    turned = WholeGraph.checked(item.x[order], np.argsort(order)[item.edges], item.values)
    view = MODALITY.prepare(MODALITY.collate([[item], [turned]]))
    out = encoder(name)(view)
    torch.testing.assert_close(out.pooled[0], out.pooled[1])
    torch.testing.assert_close(out.tokens[0, 0, order], out.tokens[1, 0, : len(order)])


@pytest.mark.parametrize("name", [*LAYERS, "vit", "pyg:GAT"])
def test_a_graph_is_read_alike_whoever_is_beside_it(name: str) -> None:
    net = encoder(name)
    together = net(MODALITY.prepare(STORED)).pooled
    alone = net(MODALITY.prepare(STORED[3:4])).pooled
    torch.testing.assert_close(together[3:4], alone)


@pytest.mark.parametrize("name", LAYERS)
def test_edges_count(name: str) -> None:
    item = ITEMS[-1]
    bare = WholeGraph.checked(item.x, np.zeros((2, 0), int), np.zeros((0, 2)))
    out = encoder(name)(MODALITY.prepare(MODALITY.collate([[item], [bare]]))).pooled
    assert float((out[0] - out[1]).abs().max()) > 1e-3


def test_gin_reads_features_of_edges() -> None:
    item = ITEMS[-1]
    other = WholeGraph.checked(item.x, item.edges, item.values + 1)
    view = MODALITY.prepare(MODALITY.collate([[item], [other]]))
    assert float((encoder("gin")(view).pooled[0] - encoder("gin")(view).pooled[1]).abs().max()) > 1e-3


def changed(view: View, place: int) -> View:
    """The same looks with other features at one node of each."""
    flat = view.value.flat()
    x = torch.where((flat.place == place)[:, None], flat.x + 5, flat.x)
    other = Flat(x, flat.edges, flat.values, flat.count)
    return view.with_value(Graphs.of(other, tuple(view.present.shape), view.value.most))


@pytest.mark.parametrize("name", [*LAYERS, "vit", "pyg:GIN"])
def test_what_is_hidden_is_not_read_and_what_is_shown_is(name: str) -> None:
    view = MODALITY.prepare(STORED[4:])
    other, net = changed(view, 0), encoder(name)
    hidden = torch.zeros(*view.value.shape, dtype=torch.bool)
    hidden[..., 0] = True
    torch.testing.assert_close(net(view, masked=hidden).tokens, net(other, masked=hidden).tokens)
    keep = torch.arange(1, view.value.most).expand(len(view), 1, -1)
    seen, seen_too = (net(v, keep=keep).tokens[view.length > 1] for v in (view, other))
    torch.testing.assert_close(seen, seen_too)
    assert float((net(view).tokens - net(other).tokens).abs().max()) > 1e-3


@pytest.mark.parametrize("name", LAYERS)
def test_kept_tokens_come_in_their_order_and_the_structure_stays(name: str) -> None:
    view, net = MODALITY.prepare(STORED[5:]), encoder(name)
    keep = torch.tensor([[[1, 0]]]).expand(len(view), 1, 2)
    hidden = torch.ones(*view.value.shape, dtype=torch.bool)
    hidden[..., :2] = False
    out, all_of_them = net(view, keep=keep, layers=True), net(view, masked=hidden, layers=True)
    torch.testing.assert_close(out.tokens, all_of_them.tokens[..., [1, 0], :])
    for kept, whole in zip(out.layers, all_of_them.layers, strict=True):
        torch.testing.assert_close(kept, whole[..., [1, 0], :])


def test_layers_are_given_where_asked_for() -> None:
    out = encoder("gin", depth=3)(MODALITY.prepare(STORED), layers=True)
    assert len(out.layers) == 3
    assert out.layers[0].shape == (len(ITEMS), 1, MODALITY.nodes, 16)


def test_a_library_model_that_is_not_there_is_named_with_those_near() -> None:
    with pytest.raises(UserError, match="did you mean pyg:GAT"):
        encoder("pyg:GATT")


def test_options_that_a_library_model_does_not_take_are_told() -> None:
    with pytest.raises(UserError, match="pyg:GAT cannot be made with"):
        encoder("pyg:GAT", colour="red")


def test_without_torch_geometric_the_command_that_brings_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torch_geometric"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch_geometric", None)  # type: ignore[arg-type]
    with pytest.raises(MissingExtra, match=r"torch-geometric is needed here .* pip install 'coview\[graph\]'"):
        encoder("gin")
    assert encoder("vit")(MODALITY.prepare(STORED)).pooled.shape == (len(ITEMS), 1, 16)
