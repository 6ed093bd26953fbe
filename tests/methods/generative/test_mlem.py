"""MLEM: first one encoder contrasts, then another generates and is aligned to it."""

from __future__ import annotations

import torch

from coview.batch import Reps
from coview.losses import pairwise_sigmoid
from coview.methods.base import Method
from tests.methods.joint import make, samples
from tests.methods.slots import joined, look


def moved(method: Method, progress: float) -> tuple[dict[str, bool], set[str], Reps]:
    """Which parts get a gradient at a time of the run, the losses there are, and the representations."""
    method.clock.progress = progress
    whole = samples("events")
    reps = look(method, whole)[1]
    losses = method.relate(joined(reps, whole)).losses | {n: x.mean() for n, x in reps.losses.items()}
    for p in method.parameters():
        p.grad = None
    torch.stack(list(losses.values())).sum().backward()
    parts = {n: any(p.grad is not None for p in child.parameters()) for n, child in method.named_children()}
    return parts, set(losses), reps


def test_first_the_contrastive_encoder_learns_alone() -> None:
    parts, losses, _ = moved(make("mlem", "events"), 0.0)
    assert losses == {"margin"}
    assert parts == {"encoder": False, "decoder": False, "contrastive": True, "scale": False}


def test_then_it_is_frozen_and_the_generative_one_follows() -> None:
    method = make("mlem", "events")
    parts, losses, reps = moved(method, 0.5)
    assert losses == {"generation", "alignment"}
    assert parts == {"encoder": True, "decoder": True, "contrastive": False, "scale": True}
    assert not reps.features["contrastive"].requires_grad
    assert not method.contrastive.training  # type: ignore[union-attr]


def test_alignment_is_the_pairwise_sigmoid_of_both_embeddings() -> None:
    method = make("mlem", "events", weight=3.0, scale=7.0, bias=-4.0)
    method.clock.progress = 0.9
    whole = samples("events", missing=0.6)
    z = joined(look(method, whole)[1], whole)
    there = z["present"]
    assert 0 < int(there.sum()) < 8
    want = 3 * pairwise_sigmoid(z["generative"][there], z["contrastive"][there], 7.0, -4.0)
    torch.testing.assert_close(method.relate(z).losses["alignment"], want, rtol=1e-6, atol=0)
    assert not torch.equal(z["generative"], torch.zeros_like(z["generative"]))
