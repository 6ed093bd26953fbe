from __future__ import annotations

import pytest
import torch

from coview.losses import all_pairs, symmetric_info_nce
from coview.methods.crossmodal.clip import CLIP
from coview.methods.crossmodal.cmc import CMC, Graph
from coview.views.looks import Positives
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

ONE = {"drawing": "image"}
PAIR = {"drawing": "image", "name": "text"}
FOUR = {"drawing": 4, "name": 1}


def cmc(slots: dict[str, str], **options: object) -> CMC:
    torch.manual_seed(3)
    return CMC(encoders(**slots), dim=16, **options).double()  # type: ignore[arg-type]


def loss(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return symmetric_info_nce(a, b, 0.1)


def test_two_slots_with_one_look_each_are_clip() -> None:
    method = cmc(PAIR, temperature=0.07)
    clip = CLIP(encoders(**PAIR), dim=16).double()
    clip.load_state_dict(method.state_dict(), strict=False)
    batch = samples(**PAIR)
    ours, theirs = relation_losses(method, batch), relation_losses(clip, batch)
    assert list(ours) == ["across"]
    torch.testing.assert_close(ours["across"], theirs["info_nce"], rtol=1e-6, atol=0)


def test_the_full_graph_within_a_slot_is_all_pairs() -> None:
    method, batch = cmc(ONE, n_views=3), samples(views=4, **ONE)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    assert looks.shape[1] == 3
    torch.testing.assert_close(method.relate(z).losses["within"], all_pairs(loss, looks), rtol=1e-12, atol=0)


def test_the_core_graph_pairs_the_first_look_with_every_other() -> None:
    method, batch = cmc(PAIR, graph=Graph.CORE, n_views=3), samples(views=FOUR, **PAIR)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    found = method.relate(z).losses
    within = (loss(looks[:, 0], looks[:, 1]) + loss(looks[:, 0], looks[:, 2])) / 2
    torch.testing.assert_close(found["within"], within, rtol=1e-12, atol=0)
    torch.testing.assert_close(found["across"], loss(looks[:, 0], looks[:, 3]), rtol=1e-12, atol=0)


def test_within_weighs_the_pairs_of_one_slot() -> None:
    batch = samples(views=FOUR, **PAIR)
    plain, halved = (relation_losses(cmc(PAIR, within=w), batch) for w in (1.0, 0.5))
    torch.testing.assert_close(halved["within"], plain["within"] / 2)
    torch.testing.assert_close(halved["across"], plain["across"])


def test_pairs_count_by_the_samples_that_have_both() -> None:
    method = cmc(ONE, n_views=3, positives=Positives.NATURAL)
    batch = without(samples(7, views=3, **ONE), "drawing", [0, 4], 2)
    z = joined(look(method, batch)[1], batch)
    looks, present = method.joint(z)
    assert present.sum().item() == 19
    expected = all_pairs(loss, looks, present=present)
    torch.testing.assert_close(method.relate(z).losses["within"], expected, rtol=1e-12, atol=0)


def test_a_sample_with_one_view_counts_for_nothing_within() -> None:
    method = cmc(ONE, n_views=2, positives=Positives.NATURAL)
    batch = samples(6, views=2, **ONE)
    lacking = relation_losses(method, without(batch, "drawing", [1], 0))
    left = relation_losses(method, batch.rows(torch.tensor([0, 2, 3, 4, 5])))
    torch.testing.assert_close(lacking["within"], left["within"], rtol=1e-12, atol=0)


def test_looks_are_different_artists_where_there_are_as_many() -> None:
    method, batch = cmc(ONE, n_views=4, positives=Positives.NATURAL), samples(5, views=4, **ONE)
    taken = look(method, batch)[0]["drawing"].value
    prepared = method.encoders["drawing"].modality.prepare(batch["drawing"]).value
    sums = [x.flatten(2).sum(-1).sort(1).values for x in (taken, prepared)]
    torch.testing.assert_close(*sums)


def test_one_slot_with_one_natural_view_gives_two_augmentations() -> None:
    method, batch = cmc(ONE), samples(views=1, **ONE)
    views, _ = look(method, batch)
    assert views["drawing"].width == 2
    assert not torch.equal(views["drawing"].value[:, 0], views["drawing"].value[:, 1])


def test_no_more_looks_than_natural_views_beside_another_slot() -> None:
    method, batch = cmc(PAIR, n_views=3), samples(views={"drawing": 2, "name": 1}, **PAIR)
    views, _ = look(method, batch)
    assert (views["drawing"].width, views["name"].width) == (2, 1)


@pytest.mark.parametrize("positives", list(Positives))
def test_nobody_there_leaves_every_loss_out(positives: Positives) -> None:
    method = cmc(ONE, positives=positives)
    assert relation_losses(method, without(samples(3, views=2, **ONE), "drawing", [0, 1, 2])) == {}


def test_health_sees_looks_of_a_slot_and_of_two_slots() -> None:
    method, batch = cmc(PAIR, n_views=3), without(samples(6, views=FOUR, **PAIR), "name", [0])
    seen = method.relate(joined(look(method, batch)[1], batch)).seen
    assert {name: tuple(s.shape) for name, s in seen.items()} == {"drawing": (6, 3, 16), "drawing-name": (5, 2, 16)}


def test_the_joint_space_comes_last_where_comparisons_look_for_it() -> None:
    found = cmc(PAIR).eval().embed(samples(views=FOUR, **PAIR))
    assert list(found) == ["drawing", "name", "joint"]
    assert found["joint"]["drawing"].values.shape == (6, 4, 16)
