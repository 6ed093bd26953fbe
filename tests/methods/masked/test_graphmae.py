from __future__ import annotations

import torch

from coview.batch import Views
from coview.methods.masked.graphmae import GraphMAE
from coview.modalities.graph.ragged import Graphs
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import look, samples


def graphmae(**options: object) -> GraphMAE:
    torch.manual_seed(0)
    encoder = build_encoder(modality("graph"), "thing", "gin", dim=32, depth=2).double()
    return GraphMAE(encoder, **options).double()  # type: ignore[arg-type]


def edited(views: Views, masked: bool) -> Views:
    """The same looks with other features of one node of the first graph, hidden or seen, where networks read them."""
    shown = views["shown"]
    flat = shown.value.flat()
    place = int((shown.params["hidden"][0, 0, : int(flat.count[0])] == masked).nonzero()[0])
    x = flat.x.clone()
    x[place] += 1
    value = Graphs.of(flat.with_nodes(x), tuple(shown.present.shape), shown.value.most)
    return Views({**views, "shown": shown.with_value(value)}, views.weights)


def test_half_of_the_nodes_are_masked_and_one_at_least_is_not() -> None:
    views, _ = look(graphmae(), samples(n=20, thing="graph"))
    masked, count = views["shown"].params["masked"][:, 0].sum(1), views["view"].value.flat().count
    assert torch.equal(masked, (count * 0.5 + 0.5).floor().long().clamp_max(count - 1))


def test_features_of_a_hidden_node_reach_no_prediction_and_those_of_a_seen_one_do() -> None:
    method, batch = graphmae(replaced=0.0), samples(thing="graph")
    views, reps = look(method, batch)
    before = reps.losses["reconstruction"]
    assert torch.equal(method.represent(edited(views, masked=True)).losses["reconstruction"], before)
    assert method.represent(edited(views, masked=False)).losses["reconstruction"][0] != before[0]


def test_the_code_of_a_masked_node_is_not_decoded() -> None:
    method, batch = graphmae(), samples(thing="graph")
    views, _ = look(method, batch)
    masked = views["shown"].params["masked"][:, 0]
    codes = torch.randn(*masked.shape, 32, dtype=torch.float64)
    other = torch.where(masked[..., None], torch.randn_like(codes), codes)
    graphs = views["shown"].value[:, 0]
    assert torch.equal(method.decoder(codes, graphs, masked), method.decoder(other, graphs, masked))


def test_replaced_nodes_show_features_of_their_own_graph() -> None:
    views, _ = look(graphmae(replaced=1.0), samples(thing="graph"))
    true, shown = views["view"].value.flat(), views["shown"].value.flat()
    for graph in range(len(true.count)):
        own = {tuple(row) for row in true.x[true.graph == graph].tolist()}
        assert {tuple(row) for row in shown.x[true.graph == graph].tolist()} <= own
    assert not views["shown"].params["hidden"].any()
    assert not torch.equal(true.x, shown.x)


def test_only_masked_nodes_are_judged() -> None:
    method, batch = graphmae(replaced=0.0), samples(thing="graph")
    views, reps = look(method, batch)
    view = views["view"]
    flat, masked = view.value.flat(), views["shown"].params["masked"].flatten(0, 1)
    x = torch.where(masked[flat.graph, flat.place][:, None], flat.x, flat.x + 3)
    other = view.with_value(Graphs.of(flat.with_nodes(x), tuple(view.present.shape), view.value.most))
    again = method.represent(Views({**views, "view": other}, views.weights))
    assert torch.equal(again.losses["reconstruction"], reps.losses["reconstruction"])
