"""Losses that share an encoder: what each rule makes of their gradients."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from coview.balance.rules import GradientRule, Uncertainty, balance_rule
from coview.batch import Features, Relations
from coview.engine.fit import fit_data
from coview.engine.run import load
from coview.engine.trainer import Trainer
from coview.errors import RunFailed, UserError
from tests.engine.test_pretrained import config, data_for


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(UserError, match="sum, uncertainty, mgda"):
        balance_rule("fair")


def test_uncertainty_weighs_a_loss_by_its_inverse_size_in_the_end() -> None:
    rule = Uncertainty(rate=0.1)
    for _ in range(500):
        rule.after_step({"big": torch.tensor(8.0), "small": torch.tensor(0.5)})
    assert math.isclose(rule.lanes("big")[0], 1 / 8, rel_tol=1e-2)
    assert math.isclose(rule.lanes("small")[0], 2, rel_tol=1e-2)


def test_a_rule_reads_shared_parameters_alone() -> None:
    rule = GradientRule(lambda matrix: matrix.mean(0))
    shared = {"a": [torch.tensor([2.0]), torch.tensor([5.0])], "b": [torch.tensor([4.0]), None]}
    first, second = rule.combine(shared)
    assert first is not None
    assert second is not None
    assert (float(first), float(second)) == (3.0, 5.0)


def test_mgda_finds_the_least_norm_of_conflicting_gradients() -> None:
    pytest.importorskip("torchjd")
    rule = balance_rule("mgda")
    opposed = {"a": [torch.tensor([1.0, 1.0])], "b": [torch.tensor([-1.0, 1.0])]}
    (joined,) = rule.combine(opposed)
    assert joined is not None
    torch.testing.assert_close(joined, torch.tensor([0.0, 1.0]), atol=1e-2, rtol=0)


def test_normalised_mgda_weighs_by_directions_and_keeps_lengths() -> None:
    pytest.importorskip("torchjd")
    rule = balance_rule("normalised-mgda")
    (joined,) = rule.combine({"long": [torch.tensor([10.0, 0.0])], "short": [torch.tensor([0.0, 1.0])]})
    assert joined is not None
    torch.testing.assert_close(joined, torch.tensor([5.0, 0.5]), atol=1e-2, rtol=0)


def test_uncertainty_refuses_a_negative_loss_at_the_first_step_and_leaves_the_name_free(tmp_path: Path) -> None:
    asked = config("simsiam", balance="uncertainty", out=str(tmp_path / "run"))
    with pytest.raises(UserError, match=r"not negative, and negative_cosine is -0\.\d+; choose --balance sum") as told:
        fit_data(asked, data_for("simsiam"), {"train": torch.arange(9)})
    assert "\n" not in str(told.value)
    assert not (tmp_path / "run").exists()


def test_a_loss_that_turns_negative_stops_the_run_as_it_was_before(tmp_path: Path) -> None:
    asked = config("simclr", balance="uncertainty", out=str(tmp_path / "run"), steps=9)
    made = Trainer(asked, data_for(), torch.arange(9), torch.arange(0))
    made.prepare_folder()
    relate, before = made.method.relate, {}

    def turning(z: Features) -> Relations:
        if made.step < 2:
            return relate(z)
        before.update({name: value.clone() for name, value in made.method.named_parameters()})
        return Relations({name: -loss for name, loss in relate(z).losses.items()})

    made.method.relate = turning  # type: ignore[method-assign]
    with pytest.raises(RunFailed, match=r"nt_xent is -\d.*; choose --balance sum"):
        made.run()
    kept = load(tmp_path / "run")
    assert (kept.steps, len(kept.metrics)) == (2, 2)
    assert all(torch.equal(value, before[name]) for name, value in kept.method.named_parameters())


def test_a_loss_that_rounding_makes_negative_is_nought() -> None:
    rule = Uncertainty()
    rule.check({"self_distillation": torch.tensor(-1e-7)})
    with pytest.raises(UserError, match="koleo"):
        rule.check({"nt_xent": torch.tensor(1.0), "koleo": torch.tensor(-1e-3)})
