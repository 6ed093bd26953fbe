"""Whole graphs as a modality: stored, prepared, looked at, cut into tokens, blended, shown."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from coview.errors import UserError
from coview.modalities.graph import Graph
from coview.modalities.registry import modality_from_config
from coview.views.draw import Draw
from tests.modalities.graph.made import fitted, several, whole

ITEMS = several(12)
MODALITY, STORED = fitted(ITEMS)
KEY = torch.arange(len(ITEMS)) + 50
DRAW = Draw(3, 9, KEY)


def test_the_modality_survives_json() -> None:
    config = json.loads(json.dumps({"modality": "graph", **MODALITY.config()}))
    assert modality_from_config(config).config() == MODALITY.config()


def test_prepared_features_have_mean_0_and_deviation_1_over_the_nodes_fitted_to() -> None:
    flat = MODALITY.prepare(STORED).value.flat()
    for x in (flat.x, flat.values):
        torch.testing.assert_close(x.mean(0), torch.zeros(x.shape[1]), atol=1e-5, rtol=0)
        torch.testing.assert_close(x.std(0, unbiased=False), torch.ones(x.shape[1]), atol=1e-5, rtol=0)


def test_features_of_0_and_1_stay_and_constant_ones_become_0() -> None:
    item = whole(6)
    item.x[:, 0], item.x[:, 1] = [0, 1, 0, 0, 0, 0], 7
    modality, view = fitted([item])
    x = modality.prepare(view).value.flat().x
    assert x[:, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert not x[:, 1].any()


def test_there_is_room_for_an_eighth_more_nodes_than_the_largest_graph_has_and_not_for_more() -> None:
    assert fitted([whole(16)])[0].nodes == 18
    assert fitted([whole(16)], nodes=40)[0].nodes == 40


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (whole(30), "has 30 nodes, more than the"),
        (type(whole()).checked(np.zeros((3, 2)), np.zeros((2, 0), int), np.zeros((0, 2))), "has 2 features a node"),
        (type(whole()).checked(np.zeros((3, 3)), np.array([[0], [1]]), np.zeros((1, 5))), "and 5 an edge"),
    ],
)
def test_what_does_not_fit_says_why_and_is_absent(item: object, reason: str) -> None:
    assert reason in (MODALITY.unfit(item) or "")  # type: ignore[arg-type]
    view = MODALITY.collate([[item], [ITEMS[3]]])  # type: ignore[list-item]
    assert view.present.tolist() == [[False], [True]]
    assert view.length is not None
    assert view.length.tolist() == [[0], [len(ITEMS[3].x)]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 3}, "graph has no option 'size'"),
        ({"nodes": 0}, "graph: nodes is 0"),
        ({"fanout": (1000, 1000)}, "10,000 nodes in all at most"),
        ({"scale": (0.9, 0.5)}, "graph: scale is the least and the greatest, not 0.9, 0.5"),
        ({"drop_edges": 1.0}, "graph: drop_edges is 1.0"),
    ],
)
def test_options_that_cannot_be_are_refused_in_one_sentence(options: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Graph.adapt(ITEMS, **options)


def test_tokens_are_the_nodes_features_and_turn_back() -> None:
    prepared = MODALITY.prepare(STORED)
    tokens = MODALITY.tokens(prepared)
    assert tokens.value.shape == (len(ITEMS), 1, MODALITY.nodes, 3)
    assert torch.equal(MODALITY.untokens(tokens.value, prepared), tokens.value)
    valid = tokens.valid
    assert valid is not None
    assert valid.sum(2).flatten().tolist() == [len(item.x) for item in ITEMS]
    assert torch.equal(tokens.value[valid], prepared.value.flat().x)


def test_the_loss_of_a_token_is_the_scaled_cosine_error() -> None:
    told = torch.tensor([[1.0, 0.0], [2.0, 0.0], [-3.0, 0.0]])
    token = torch.tensor([[0.0, 5.0], [7.0, 0.0], [1.0, 0.0]])
    assert MODALITY.token_loss(told, token).tolist() == [1.0, 0.0, 4.0]


def test_looks_keep_the_share_of_nodes_that_they_say_and_the_features_of_nodes_that_they_show() -> None:
    view = STORED.pick([0, 0, 0])
    modality = Graph.from_config({**MODALITY.config(), "drop_features": 0.0, "hide_nodes": 0.0})
    look = modality.augment(view, DRAW)
    assert look.length is not None
    whole_sizes = torch.tensor([[len(item.x)] for item in ITEMS])
    torch.testing.assert_close(look.params["share"], look.length / whole_sizes)
    assert int(look.length.min()) >= 1
    known = {tuple(row) for row in modality.prepare(STORED).value.flat().x.tolist()}
    assert all(tuple(row) in known for row in look.value.flat().x.tolist())


def test_looks_depend_on_key_step_and_view_and_on_nothing_else() -> None:
    view = STORED.pick([0, 0])
    both = MODALITY.augment(view, DRAW)
    alone = MODALITY.augment(view[5:6], Draw(3, 9, KEY[5:6]))
    assert torch.equal(both[5:6].value.flat().x, alone.value.flat().x)
    assert torch.equal(both[5:6].value.flat().edges, alone.value.flat().edges)
    largest = int(torch.tensor([len(item.x) for item in ITEMS]).argmax())
    one, two = (both.value[largest : largest + 1, v].flat() for v in (0, 1))
    assert one.x.shape != two.x.shape or not torch.equal(one.x, two.x)
    again = MODALITY.augment(view, Draw(3, 10, KEY))
    assert not torch.equal(again.length, both.length) or not torch.equal(again.value.flat().x, both.value.flat().x)


def test_crops_are_as_small_as_they_are_asked_to_be() -> None:
    look = MODALITY.crop(STORED.pick([0, 0]), DRAW, scale=(0.2, 0.5), size=0.5)
    assert look.value.most == -(-MODALITY.nodes // 2)
    assert look.length is not None
    sizes = torch.tensor([[len(item.x)] for item in ITEMS])
    assert bool((look.length <= (0.5 * sizes).ceil().clamp_max(look.value.most)).all())
    assert int(look.length.min()) >= 1


def test_a_blend_has_the_first_nodes_of_one_and_the_last_of_the_other() -> None:
    a, b = MODALITY.prepare(STORED)[3:5], MODALITY.prepare(STORED)[7:9]
    share = torch.tensor([0.5, 0.5])
    mixed = MODALITY.blend(a, b, share)
    for i in range(2):
        x, y, z = (v.value[i : i + 1].flat().x for v in (a, b, mixed))
        first, rest = -(-len(x) // 2), len(y) - -(-len(y) // 2)
        assert torch.equal(z, torch.cat([x[:first], y[len(y) - rest :]]))
    assert torch.equal(MODALITY.blend(a, b, torch.ones(2)).value.flat().x, a.value.flat().x)
    one, same = (v.value.flat().edges for v in (MODALITY.blend(a, b, torch.ones(2)), a))
    assert {tuple(e) for e in one.T.tolist()} == {tuple(e) for e in same.T.tolist()}


def test_places_say_who_a_node_is_and_who_is_beside_it() -> None:
    modality, view = fitted([whole(4, [(0, 1), (0, 2)])])
    places = modality.places(modality.prepare(view), 16)[0, 0]
    own, beside = places[:, :8], places[:, 8:]
    torch.testing.assert_close(beside[0], (own[1] + own[2]) / 2)
    torch.testing.assert_close(beside[1], own[0])
    assert not beside[3].any()


def test_raw_numbers_do_not_depend_on_the_order_of_nodes() -> None:
    item = several(2, seed=4)[1]
    order = np.random.default_rng(0).permutation(len(item.x))
    place = np.argsort(order)
    turned = type(item).checked(item.x[order], place[item.edges], item.values)
    view = MODALITY.collate([[item], [turned], [None]])
    raw = MODALITY.raw(view)
    assert raw.shape == (3, 1, 2 * 3 + 2 + 2)
    torch.testing.assert_close(raw[0], raw[1])
    assert not raw[2].any()


def test_graphs_are_shown_as_pictures_and_absent_ones_are_not() -> None:
    view = MODALITY.collate([[ITEMS[0], None], [ITEMS[5], ITEMS[6]]])
    shown = MODALITY.show(view)
    assert [[isinstance(thing, Image.Image) for thing in row] for row in shown] == [[True, False], [True, True]]
    assert len({thing.tobytes() for row in shown for thing in row if thing is not None}) == 3
