"""Embedding a data set: modes, devices, batches, presence."""

import pytest
import torch

from coview.batch import Embedding
from coview.evaluate.embed import embed_data, features, raw_embed, slots_of, space_of

from .plain import make_data, make_method


def test_the_batch_size_changes_nothing():
    data = make_data({"a": torch.randn(23, 2, 6)})
    method = make_method(data)
    whole, parts = (embed_data(method, data, batch_size=b)["a"]["a"] for b in (100, 4))
    torch.testing.assert_close(whole.values, parts.values)
    assert torch.equal(whole.present, parts.present)


def test_dropout_is_off_and_every_part_goes_back_to_its_own_mode():
    data = make_data({"a": torch.randn(5, 1, 6), "b": torch.randn(5, 1, 6)})
    method = make_method(data).train()
    frozen = method.encoders["b"].eval()
    first, second = (embed_data(method, data)["a"]["a"].values for _ in range(2))
    assert torch.equal(first, second)
    assert method.training
    assert method.encoders["a"].net.dropout.training
    assert not frozen.net.dropout.training


def test_modes_go_back_when_embedding_fails():
    data = make_data({"a": torch.randn(5, 1, 6)})
    method = make_method(data).train()
    method.embed = lambda batch: 1 / 0
    with pytest.raises(ZeroDivisionError):
        embed_data(method, data)
    assert method.training


def test_results_are_ordinary_tensors_without_a_graph():
    data = make_data({"a": torch.randn(5, 1, 6)})
    for found in (embed_data(make_method(data), data), raw_embed(data)):
        values = found["a"]["a"].values
        assert not values.requires_grad
        assert (values * torch.ones(1, requires_grad=True)).requires_grad  # inference tensors would refuse


def test_missing_views_stay_missing():
    present = {"a": torch.tensor([[True, False], [True, True], [False, False]])}
    data = make_data({"a": torch.randn(3, 2, 6)}, present=present)
    for found in (embed_data(make_method(data), data, batch_size=2), raw_embed(data)):
        assert torch.equal(found["a"]["a"].present, present["a"])


def test_raw_input_is_the_modalitys_own():
    x = torch.randn(7, 2, 6)
    assert torch.equal(raw_embed(make_data({"a": x}), batch_size=3)["a"]["a"].values, x)


def test_a_slots_features_are_in_its_first_space_and_pairs_meet_in_the_last_that_holds_both():
    data = make_data({"a": torch.randn(4, 1, 6), "b": torch.randn(4, 1, 6)})
    found = embed_data(make_method(data, dim=3, joint=True), data)
    assert slots_of(found) == ["a", "b"]
    assert features(found, "b").values.shape == (4, 1, 3)
    assert space_of(found, "a", "b") == "joint"
    assert space_of(found, "a", "a") == "joint"
    assert space_of(embed_data(make_method(data), data), "a", "b") is None


def test_a_space_of_samples_compares_no_slots():
    own, there = (
        {s: {s: Embedding(torch.randn(4, 1, 2), torch.ones(4, 1).bool())} for s in "ab"},
        torch.ones(4, 1).bool(),
    )
    shared, alike = torch.randn(4, 1, 3), torch.ones(4, 1, 3)
    whole = own | {"latent": {s: Embedding(shared.clone(), there) for s in "ab"}}
    assert space_of(whole, "a", "b") is None
    assert space_of(whole, "a", "a") == "latent"
    collapsed = own | {"joint": {s: Embedding(alike.clone(), there) for s in "ab"}}
    assert space_of(collapsed, "a", "b") == "joint"
