"""Promises 5 and 7 for every method: steps that are not taken move nothing, and a resumed run is the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from coview.batch import Features, Relations, Reps, Views
from coview.data.source import Data
from coview.engine.checkpoint import newest
from coview.engine.config import FitConfig
from coview.engine.trainer import BAD_STEPS, Trainer
from coview.errors import RunFailed
from coview.methods.registry import method_class
from tests.contracts.cases import batch, matrix, modality, slots_for

CELLS = matrix()


def data_for(method: str, first: str, n: int = 11) -> Data:
    whole = batch(method, first, n)
    slots = slots_for(method, first) or {}
    modalities = {slot: modality(name) for slot, name in slots.items()}
    return Data("made here", dict(whole.slots), modalities, whole.ids, [f"sample {i}" for i in range(n)])


def trainer(method: str, first: str, out: Path | None, **options: Any) -> Trainer:
    token = method_class(method).needs_tokens
    config = FitConfig(
        method,
        steps=options.pop("steps", 9),
        batch_size=6,
        chunk=4,
        out=None if out is None else str(out),
        encoder_options={"dim": 32, "depth": 1} if token else {"dim": 32},
        precision="32",
        **options,
    )
    data = data_for(method, first)
    return Trainer(config, data, torch.arange(9), torch.arange(9, 11))


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_a_resumed_run_is_the_same_run_bit_for_bit(method: str, first: str, tmp_path: Path) -> None:
    whole = trainer(method, first, tmp_path / "whole")
    whole.prepare_folder()
    whole.run()
    part = trainer(method, first, tmp_path / "part")
    part.prepare_folder()
    for _ in range(4):
        part.metrics.append(part.advance())
    part._checkpoint()
    again = trainer(method, first, tmp_path / "part")
    again.resume(newest(tmp_path / "part"))
    torch.rand(7)  # whatever else draws must not matter
    again.run()
    want = [{n: v for n, v in line.items() if n.startswith("loss")} for line in whole.metrics[4:]]
    got = [{n: v for n, v in line.items() if n.startswith("loss")} for line in again.metrics[-5:]]
    assert len(got) == 5
    assert got == want
    for (name, a), b in zip(whole.method.state_dict().items(), again.method.state_dict().values(), strict=True):
        assert not isinstance(a, torch.Tensor) or torch.equal(a, b), name


@pytest.mark.parametrize(("method", "first"), CELLS)
def test_a_step_that_is_not_finite_moves_nothing(method: str, first: str) -> None:
    made = trainer(method, first, None)
    made.advance()
    before = {n: t.clone() for n, t in made.method.state_dict().items() if isinstance(t, torch.Tensor)}
    represent, relate = made.method.represent, made.method.relate

    def broken_represent(views: Views) -> Reps:
        reps = represent(views)
        return Reps(reps.features, {n: v * float("nan") for n, v in reps.losses.items()})

    def broken_relate(z: Features) -> Relations:
        found = relate(z)
        return Relations({n: v * float("nan") for n, v in found.losses.items()}, found.kept, found.seen)

    made.method.represent, made.method.relate = broken_represent, broken_relate  # type: ignore[method-assign]
    line = made.advance()
    assert line["skipped"] == "not finite"
    assert made.skipped == 1
    for name, value in before.items():
        assert torch.equal(value, made.method.state_dict()[name]), name


def test_ten_bad_steps_in_a_row_stop_the_run_with_a_good_checkpoint(tmp_path: Path) -> None:
    made = trainer("simclr", "image", tmp_path / "run", steps=50)
    made.prepare_folder()
    relate = made.method.relate
    made.method.relate = lambda z: Relations({"nt_xent": relate(z).losses["nt_xent"] * float("inf")})  # type: ignore[method-assign]
    with pytest.raises(RunFailed, match="10 steps in a row were not finite"):
        made.run()
    assert made.step == BAD_STEPS
    again = trainer("simclr", "image", tmp_path / "run")
    again.resume(newest(tmp_path / "run"))
    assert all(bool(torch.isfinite(t).all()) for t in again.method.state_dict().values())


@pytest.mark.parametrize(("steps", "told"), [(50, BAD_STEPS), (3, 3)])
def test_a_run_without_any_loss_is_stopped_and_says_so(steps: int, told: int) -> None:
    made = trainer("simclr", "image", None, steps=steps)
    made.method.relate = lambda z: Relations()  # type: ignore[method-assign]
    before = {name: value.clone() for name, value in made.method.named_parameters()}
    with pytest.raises(
        RunFailed, match=f"no sample of the first {told} steps gave a loss: none has what simclr relates"
    ):
        made.run()
    assert made.step == told
    assert all(torch.equal(value, before[name]) for name, value in made.method.named_parameters())


def test_a_run_none_of_whose_steps_was_finite_fails_however_short(tmp_path: Path) -> None:
    made = trainer("simclr", "image", tmp_path / "run", steps=3)
    made.prepare_folder()
    relate = made.method.relate
    made.method.relate = lambda z: Relations({"nt_xent": relate(z).losses["nt_xent"] * float("nan")})  # type: ignore[method-assign]
    with pytest.raises(RunFailed, match="none of the 3 steps was finite"):
        made.run()
    assert json.loads((tmp_path / "run" / "verdict.json").read_text())["status"] == "unknown"


def test_a_run_that_skipped_every_second_step_is_not_healthy() -> None:
    made = trainer("simclr", "image", None, steps=8)
    relate = made.method.relate

    def every_second(z: Features) -> Relations:
        return Relations({n: v * (float("nan") if made.step % 2 else 1.0) for n, v in relate(z).losses.items()})

    made.method.relate = every_second  # type: ignore[method-assign]
    verdict = made.run().verdict
    assert verdict is not None
    assert verdict.status == "collapsing"
    assert "4 of 8 steps were not finite" in verdict.sentence
