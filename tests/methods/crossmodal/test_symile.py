from __future__ import annotations

import pytest
import torch
from torch import Tensor

from coview.batch import Features
from coview.methods.crossmodal.clip import CLIP
from coview.methods.crossmodal.symile import Missing, Symile
from coview.views.draw import Draw
from tests.methods.slots import draws, encoders, joined, look, relation_losses, samples, without

PAIR = {"drawing": "image", "name": "text"}
TRIO = {**PAIR, "sound": "audio"}


def build(missing: Missing = Missing.LEAVE_OUT, **slots: str) -> Symile:
    torch.manual_seed(3)
    return Symile(encoders(**slots), dim=16, missing=missing).double()


def test_two_slots_are_clip() -> None:
    method = build(**PAIR)
    clip = CLIP(encoders(**PAIR), dim=16).double()
    clip.load_state_dict(method.state_dict())
    batch = samples(**PAIR)
    ours, theirs = relation_losses(method, batch)["symile"], relation_losses(clip, batch)["info_nce"]
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)


def test_three_slots_are_symile_with_shuffles_drawn_by_key() -> None:
    method, batch = build(**TRIO), samples(7, **TRIO)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    ranked = [z.draw(f"symile/{slot}").argsort() for slot in TRIO]
    unit = torch.nn.functional.normalize(looks, dim=-1).unbind(1)
    losses: list[Tensor] = []
    for m in range(3):  # the anchors in the order of their own draws: then candidate i is anchor i's, as in `symile`
        a, b = (i for i in range(3) if i != m)
        anchor = unit[m][ranked[m]]
        true = (anchor * unit[a][ranked[m]] * unit[b][ranked[m]]).sum(1, keepdim=True)
        shuffled = anchor @ (unit[a][ranked[a]] * unit[b][ranked[b]]).T
        logits = torch.where(torch.eye(7, dtype=torch.bool), true, shuffled) / 0.07
        losses.append(torch.nn.functional.cross_entropy(logits, torch.arange(7)))
    torch.testing.assert_close(method.relate(z).losses["symile"], torch.stack(losses).mean(), rtol=1e-6, atol=0)


def test_order_of_samples_does_not_matter() -> None:
    method, batch = build(**TRIO), samples(7, **TRIO)
    z = joined(look(method, batch)[1], batch)
    turned = torch.randperm(7, generator=torch.Generator().manual_seed(1))
    again = Features({n: f[turned] for n, f in z.items()}, z.key[turned], draws(batch).of(z.key[turned]))
    ours, theirs = method.relate(z).losses["symile"], method.relate(again).losses["symile"]
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)


def test_incomplete_tuples_are_left_out() -> None:
    method, batch = build(**TRIO), samples(7, **TRIO)
    lacking = relation_losses(method, without(batch, "sound", [0, 3]))
    left = relation_losses(method, batch.rows(torch.tensor([1, 2, 4, 5, 6])))
    torch.testing.assert_close(lacking["symile"], left["symile"], rtol=1e-12, atol=0)


def test_learned_vectors_stand_in_for_absent_slots() -> None:
    method = build(Missing.LEARNED, **TRIO)
    relation_losses(method, without(samples(7, **TRIO), "sound", [0, 3]))["symile"].backward()
    assert method.absent is not None
    assert method.absent["sound"].grad.abs().sum() > 0
    assert method.absent["name"].grad.abs().sum() == 0


def test_a_sample_with_one_slot_of_three_is_left_out_even_then() -> None:
    method, batch = build(Missing.LEARNED, **TRIO), samples(6, **TRIO)
    lonely = without(without(batch, "sound", [2]), "name", [2])
    left = batch.rows(torch.tensor([0, 1, 3, 4, 5]))
    ours, theirs = relation_losses(method, lonely)["symile"], relation_losses(method, left)["symile"]
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)


@pytest.mark.parametrize("missing", list(Missing))
def test_nobody_there_leaves_the_loss_out(missing: Missing) -> None:
    method = build(missing, **PAIR)
    assert relation_losses(method, without(samples(3, **PAIR), "name", [0, 1, 2])) == {}


def exclusive_or(method: Symile | CLIP) -> float:
    """Fits projections to one-hot a, b and c = a xor b; how often a and b together find c."""
    generator = torch.Generator().manual_seed(0)
    bits = torch.randint(2, (64, 2), generator=generator)
    shown = torch.nn.functional.one_hot(torch.cat([bits, bits.sum(1, keepdim=True) % 2], 1), 32).double()
    key = torch.arange(64)
    optimizer = torch.optim.Adam([*method.space.parameters(), *method.scale.parameters()], 0.05)
    for step in range(60):
        values = {slot: shown[:, i : i + 1] for i, slot in enumerate(TRIO)}
        values |= {f"{slot}/present": torch.ones(64, 1, dtype=torch.bool) for slot in TRIO}
        loss = sum(method.relate(Features(values, key, Draw(0, step, key))).losses.values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    a, b, c = torch.nn.functional.normalize(method.joint(Features(values, key))[0], dim=-1).unbind(1)
    both = torch.stack([c[bits.sum(1) % 2 == i][0] for i in (0, 1)])
    score = (a * b) @ both.T if isinstance(method, Symile) else (a + b) @ both.T
    return float((score.argmax(1) == bits.sum(1) % 2).double().mean())


def test_what_only_all_three_slots_tell_is_learned_here_and_missed_by_pairs() -> None:
    assert exclusive_or(build(**TRIO)) == 1.0
    torch.manual_seed(3)
    assert exclusive_or(CLIP(encoders(**TRIO), dim=16).double()) < 0.8
