"""Joint embeddings of a batch too small to compare, of one natural view, under autocast."""

from __future__ import annotations

import pytest
import torch

from coview.methods.base import Method
from coview.methods.registry import build_method
from tests.contracts.cases import modality
from tests.methods.joint import features, samples

METHODS = [
    "simclr", "moco", "poly-view", "byol", "simsiam", "dino", "vicreg", "barlow-twins", "mixed-barlow-twins", "swav",
]  # fmt: skip


def make(method: str, first: str) -> Method:
    torch.manual_seed(0)
    return build_method(method, {"thing": modality(first)}, encoder_options={"dim": 32}).train()


@pytest.mark.parametrize("first", ["image", "text", "audio"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2])
def test_losses_and_gradients_of_one_or_two_samples_are_finite(method: str, first: str, n: int):
    built = make(method, first)
    whole = samples(first).rows(slice(0, n))
    whole.slots["thing"] = whole["thing"].pick([0])  # a single natural view
    found = built.relate(features(built, whole))
    assert found.losses
    total = sum(found.losses.values())
    assert torch.isfinite(total)
    total.backward()
    assert all(bool(torch.isfinite(p.grad).all()) for p in built.parameters() if p.grad is not None)
    built.after_step({n: t.detach() for n, t in found.kept.items()})
    assert all(bool(torch.isfinite(b).all()) for b in built.buffers())


@pytest.mark.parametrize("method", METHODS)
def test_autocast_changes_losses_by_rounding_only(method: str):
    built, whole = make(method, "text").eval(), samples("text")
    want = built.relate(features(built, whole)).losses
    with torch.autocast("cpu", torch.bfloat16):
        got = built.relate(features(built, whole)).losses
    for name, loss in want.items():
        assert got[name].dtype == torch.float32
        torch.testing.assert_close(got[name], loss, rtol=0.05, atol=0.05)
