"""Promises 1, 2, 3 and 5 of the engine, for every method on every modality."""

from __future__ import annotations

import pytest
import torch

from coview.engine.step import ExactStep
from coview.methods.base import Method
from coview.methods.registry import method_class
from tests.contracts.cases import batch, difference, make, matrix, outcome, plain, run_step, step_outcome
from tests.contracts.pool import Pool

CLOSE = 1e-9
CELLS = matrix()
UNMIXED = [cell for cell in CELLS if not method_class(cell[0]).mixes_samples]
"""Those at any chunk; views that mix samples read their chunk, and are exact where it is equal."""


@pytest.mark.parametrize(("method", "first"), UNMIXED)
@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_gradient_of_chunks_is_the_gradient_of_the_whole_batch(method: str, first: str, missing: float) -> None:
    encoder, options = plain(method)
    whole = step_outcome(method, first, encoder, options, 11, missing, False)
    assert whole["gradients"], "nothing is trained"
    for chunk in (3, 4):
        cut = step_outcome(method, first, encoder, options, chunk, missing, False)
        assert difference(whole, cut, "losses") <= CLOSE
        assert difference(whole, cut, "gradients") <= CLOSE


def noisy(method: str) -> tuple[str | None, dict[str, object]]:
    """An encoder with whatever reads its chunk: BatchNorm, or dropout where the method needs tokens."""
    if method_class(method).needs_tokens:
        return "vit", {"dim": 32, "depth": 1, "drop": 0.1}
    return None, {"dim": 32}


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_processes_agree_at_equal_chunk(method: str, first: str, pools: dict[int, Pool]) -> None:
    encoder, options = noisy(method)
    args = (method, first, encoder, options, 3, 0.4, True)
    alone = step_outcome(*args)
    for pool in pools.values():
        for theirs in pool.run(step_outcome, *args):
            for what in ("losses", "gradients", "buffers"):
                assert difference(alone, theirs, what) <= CLOSE, what


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_a_process_without_a_chunk_agrees_too(method: str, first: str, pools: dict[int, Pool]) -> None:
    args = (method, first, *noisy(method), 11, 0.4, True)
    alone = step_outcome(*args)
    for theirs in pools[3].run(step_outcome, *args):
        for what in ("losses", "gradients", "buffers"):
            assert difference(alone, theirs, what) <= CLOSE, what


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_a_chunk_is_asked_as_often_as_promised_and_says_the_same_bit_for_bit(method: str, first: str) -> None:
    encoder, options = noisy(method)
    built = make(method, first, encoder, **options)
    said: dict[int, list[dict[str, torch.Tensor]]] = {}
    met: set[str] = set()  # what relate gives a gradient
    plain = built.represent

    def record(views):  # type: ignore[no-untyped-def]
        reps = plain(views)
        met.update(n for n, f in reps.features.items() if f.requires_grad)
        said.setdefault(int(views.key.min()), []).append({n: f.detach().clone() for n, f in reps.features.items()})
        return reps

    built.represent = record  # type: ignore[method-assign]
    run_step(built, batch(method, first), 4)
    assert not met or type(built).relate is not Method.relate, "what relates nothing has one pass at any chunk"
    times = 2 if met else 1
    assert [len(passes) for passes in said.values()] == [times, times, 1], "the last chunk's graph is still there"
    for passes in said.values():
        for again in passes[1:]:
            assert again.keys() == passes[0].keys()
            assert all(torch.equal(again[n], passes[0][n]) for n in again)


@pytest.mark.parametrize(("method", "first"), UNMIXED)
def test_state_after_a_step_does_not_depend_on_the_cut(method: str, first: str, pools: dict[int, Pool]) -> None:
    encoder, options = plain(method)
    whole = step_outcome(method, first, encoder, options, 11, 0.0, True)
    cut = step_outcome(method, first, encoder, options, 3, 0.0, True)
    assert difference(whole, cut, "buffers") <= CLOSE
    for theirs in pools[2].run(step_outcome, method, first, encoder, options, 3, 0.0, True):
        assert difference(whole, theirs, "buffers") <= CLOSE


@pytest.mark.parametrize(("method", "first"), UNMIXED)
def test_order_of_chunks_and_rows_changes_nothing(method: str, first: str) -> None:
    encoder, options = plain(method)
    whole = batch(method, first, missing=0.3)
    straight = make(method, first, encoder, **options)
    want = outcome(straight, run_step(straight, whole, 4))
    order = torch.tensor([6, 5, 7, 4, 9, 8, 10, 1, 0, 3, 2])
    other = make(method, first, encoder, **options)
    got = outcome(other, run_step(other, whole.rows(order), 4))
    assert difference(want, got, "losses") <= 1e-7
    assert difference(want, got, "gradients") <= 1e-6


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_nobody_present_gives_no_loss_and_no_gradient(method: str, first: str) -> None:
    encoder, options = plain(method)
    built = make(method, first, encoder, **options)
    whole = batch(method, first)
    empty = {s: v.with_value(v.value, present=torch.zeros_like(v.present)) for s, v in whole.slots.items()}
    nobody = type(whole)(empty, whole.ids, whole.key)
    found = ExactStep(built, [nobody.rows(slice(0, 6)), nobody.rows(slice(6, 11))], 11, seed=5, step=3).run()
    assert all(bool(torch.isfinite(v)) for v in found.losses.values())
    assert all(g is None or not bool(g.any()) for lane in found.gradients.values() for g in lane)


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_an_embedding_does_not_depend_on_its_batch(method: str, first: str) -> None:
    built = make(method, first, *noisy(method)[:1], **noisy(method)[1]).eval()
    whole = batch(method, first, missing=0.3)
    together = built.embed(whole)
    alone = built.embed(whole.rows(slice(4, 5)))
    assert together, "nothing is embedded"
    for space, slots in together.items():
        for slot, e in slots.items():
            assert bool(torch.isfinite(e.values).all())
            torch.testing.assert_close(e.values[4:5], alone[space][slot].values, rtol=1e-6, atol=1e-8)
