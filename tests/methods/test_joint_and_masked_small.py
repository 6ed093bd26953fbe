"""Methods of several slots and of hidden tokens: very few samples, autocast, nobody there."""

from __future__ import annotations

import pytest
import torch

from coview.methods.base import Method
from coview.methods.registry import build_method
from tests.contracts.cases import modality
from tests.methods.slots import draws, joined, look, samples, without

TOKENS = ("mae", "simmim", "data2vec", "i-jepa")
JOINT = ("clip", "siglip", "symile", "cmc", "slip")
SLOTS = {"thing": "image", "other": "text"}
CASES = [(m, {"thing": first}) for m in TOKENS for first in ("image", "text", "audio")] + [(m, SLOTS) for m in JOINT]


def make(method: str, slots: dict[str, str]) -> Method:
    torch.manual_seed(0)
    return build_method(method, {s: modality(n) for s, n in slots.items()}, encoder_options={"dim": 32})


def total(method: Method, batch) -> torch.Tensor:  # type: ignore[no-untyped-def]
    views, reps = look(method, batch)
    own = [(loss * views.weights[n]).sum() for n, loss in reps.losses.items()]
    return torch.stack([*own, *method.relate(joined(reps, batch)).losses.values()]).sum()


@pytest.mark.parametrize(("method", "slots"), CASES)
@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_samples_give_finite_losses_and_gradients(method: str, slots: dict[str, str], n: int) -> None:
    built = make(method, slots).train()
    total(built, samples(n, **slots)).backward()
    grads = [p.grad for p in built.parameters() if p.grad is not None]
    assert grads
    assert all(bool(g.isfinite().all()) for g in grads)


@pytest.mark.parametrize(("method", "slots"), CASES)
def test_autocast_changes_losses_by_rounding_only(method: str, slots: dict[str, str]) -> None:
    built, batch = make(method, slots).eval(), samples(6, **slots)
    with torch.no_grad():
        plain = total(built, batch)
        with torch.autocast("cpu", torch.bfloat16):
            rounded = total(built, batch)
    torch.testing.assert_close(rounded, plain, rtol=0.03, atol=0.03)


@pytest.mark.parametrize(("method", "slots"), CASES)
def test_nobody_there_carries_no_loss(method: str, slots: dict[str, str]) -> None:
    built, batch = make(method, slots).train(), samples(3, **slots)
    for slot in slots:
        batch = without(batch, slot, [0, 1, 2])
    views, reps = look(built, batch)
    assert all(float(w.sum()) == 0 for w in views.weights.values())
    assert set(reps.losses) == set(views.weights)
    assert built.relate(joined(reps, batch)).losses == {}


@pytest.mark.parametrize(("method", "slots"), CASES)
def test_views_depend_on_the_step(method: str, slots: dict[str, str]) -> None:
    built, batch = make(method, slots), samples(6, **slots)
    one, two = (built.views(batch, draws(batch, step)) for step in (1, 2))
    name = next(iter(one))
    drawn = [(v[name].value, *v[name].params.values()) for v in (one, two)]
    assert any(a.shape != b.shape or not torch.equal(a, b) for a, b in zip(*drawn))
