"""Losses that share an encoder: what each rule makes of their gradients."""

from __future__ import annotations

import math

import pytest
import torch

from coview.balance.rules import GradientRule, Uncertainty, balance_rule
from coview.errors import UserError


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
