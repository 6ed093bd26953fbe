from __future__ import annotations

import math

import pytest
import torch

from coview.losses import symmetric_info_nce
from coview.methods.crossmodal.clip import CLIP
from coview.views.looks import Positives
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"drawing": "image", "name": "text"}
TRIO = {**PAIR, "sound": "audio"}


def clip(**slots: str) -> CLIP:
    return CLIP(encoders(**slots), dim=16).double()


def test_loss_is_symmetric_info_nce_of_the_projections() -> None:
    method, batch = clip(**PAIR), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    a, b = (z[slot][:, 0] @ method.space.projections[slot].weight.T for slot in PAIR)
    expected = symmetric_info_nce(a, b, 0.07)
    torch.testing.assert_close(method.relate(z).losses["info_nce"], expected, rtol=1e-6, atol=0)


def test_random_features_are_at_chance() -> None:
    torch.manual_seed(1)
    method = clip(**PAIR)
    n = 400
    batch = samples(2, **PAIR)
    reps = look(method, batch)[1]
    reps.features = {
        name: torch.randn(n, 1, 32, dtype=torch.float64)
        if f.is_floating_point()
        else torch.ones(n, 1, dtype=torch.bool)
        for name, f in reps.features.items()
    }
    with torch.no_grad():
        method.scale.log.zero_()
    loss = method.relate(joined(reps, samples(2, **PAIR))).losses["info_nce"]
    assert float(loss.detach()) == pytest.approx(math.log(n), rel=0.02)


def test_a_sample_that_lacks_a_slot_counts_for_nothing() -> None:
    method, batch = clip(**PAIR), samples(6, **PAIR)
    lacking = relation_losses(method, without(batch, "name", [1, 4]))
    left = relation_losses(method, batch.rows(torch.tensor([0, 2, 3, 5])))
    torch.testing.assert_close(lacking["info_nce"], left["info_nce"], rtol=1e-12, atol=0)


def test_three_slots_are_the_mean_over_pairs() -> None:
    method, batch = clip(**TRIO), samples(6, **TRIO)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    pairs = [(0, 1), (0, 2), (1, 2)]
    each = [symmetric_info_nce(looks[:, i], looks[:, j], method.scale.temperature) for i, j in pairs]
    torch.testing.assert_close(method.relate(z).losses["info_nce"], torch.stack(each).mean(), rtol=1e-12, atol=0)


def test_a_sample_with_two_of_three_slots_joins_their_pair() -> None:
    method, batch = clip(**TRIO), samples(6, **TRIO)
    lacking = without(batch, "sound", [0, 3])
    z = joined(look(method, lacking)[1], lacking)
    looks, _ = method.joint(z)
    t = method.scale.temperature
    has = torch.tensor([1, 2, 4, 5])
    terms = [
        6 * symmetric_info_nce(looks[:, 0], looks[:, 1], t),
        4 * symmetric_info_nce(looks[has, 0], looks[has, 2], t),
        4 * symmetric_info_nce(looks[has, 1], looks[has, 2], t),
    ]
    torch.testing.assert_close(method.relate(z).losses["info_nce"], sum(terms) / 14, rtol=1e-12, atol=0)


def test_nobody_with_two_slots_leaves_the_loss_out() -> None:
    method = clip(**PAIR)
    assert relation_losses(method, without(samples(4, **PAIR), "name", [0, 1, 2, 3])) == {}


def test_the_scale_is_brought_back_to_100_after_a_step() -> None:
    method = clip(**PAIR)
    with torch.no_grad():
        method.scale.log.fill_(6.0)
        method.after_step({})
    assert float(method.scale().detach()) == pytest.approx(100)


def test_captions_are_read_as_they_are() -> None:
    method, batch = clip(**PAIR), samples(**PAIR)
    views, _ = look(method, batch)
    assert torch.equal(views["name"].value, batch["name"].value)


def test_captions_are_augmented_where_that_is_asked() -> None:
    method = CLIP(encoders(**PAIR), dim=16, positives=Positives.AUGMENT).double()
    batch = samples(**PAIR)
    assert not torch.equal(look(method, batch)[0]["name"].value, batch["name"].value)


def test_natural_views_are_drawn_anew_each_step() -> None:
    method, batch = clip(**PAIR), samples(8, views={"drawing": 1, "name": 4}, **PAIR)
    first, second = (look(method, batch, step)[0]["name"].value for step in (1, 2))
    assert not torch.equal(first, second)


def test_embeddings_in_the_joint_space_have_length_one_and_absent_ones_none() -> None:
    method = clip(**PAIR).eval()
    found = method.embed(without(samples(5, **PAIR), "name", [2]))
    assert list(found) == ["drawing", "name", "joint"]
    lengths = found["joint"]["name"].values.norm(dim=-1)[:, 0]
    torch.testing.assert_close(lengths, torch.tensor([1, 1, 0, 1, 1.0]).to(lengths))
