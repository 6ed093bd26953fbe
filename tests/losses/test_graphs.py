"""Losses of graph methods where the answer is known."""

from __future__ import annotations

from math import log

import pytest
import torch

from coview.errors import UserError
from coview.losses import binary_contrast, local_global_rows, scaled_cosine_error


@pytest.mark.parametrize(
    ("degrees", "gamma", "error"), [(0, 2, 0), (60, 1, 0.5), (60, 2, 0.25), (90, 3, 1), (180, 3, 8)]
)
def test_the_scaled_cosine_error_is_a_power_of_what_the_cosine_lacks(
    degrees: float, gamma: float, error: float
) -> None:
    angle = torch.deg2rad(torch.tensor([float(degrees)], dtype=torch.float64))
    one, other = torch.tensor([[3.0, 0.0]], dtype=torch.float64), 5 * torch.stack([angle.cos(), angle.sin()], 1)
    torch.testing.assert_close(scaled_cosine_error(one, other, gamma=gamma), torch.tensor([error]).double())


def test_a_gamma_below_one_is_refused() -> None:
    with pytest.raises(UserError, match="at least 1"):
        scaled_cosine_error(torch.ones(1, 2), torch.ones(1, 2), gamma=0.5)


def test_logits_that_know_nothing_cost_the_logarithm_of_two() -> None:
    torch.testing.assert_close(binary_contrast(torch.zeros(3), torch.zeros(2, 5)), torch.tensor(log(2)))


def test_logits_that_know_cost_nothing() -> None:
    assert binary_contrast(torch.full((4,), 50.0), torch.full((4,), -50.0)) < 1e-9


def test_binary_contrast_is_the_cross_entropy_of_a_balanced_classifier() -> None:
    true, other = torch.randn(2, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    logits, target = torch.cat([true, other]), torch.tensor([1.0] * 7 + [0.0] * 7, dtype=torch.float64)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
    torch.testing.assert_close(binary_contrast(true, other), expected)


def test_parts_and_wholes_are_binary_contrast_of_each_part() -> None:
    generator = torch.Generator().manual_seed(0)
    local, whole = (torch.randn(n, 4, dtype=torch.float64, generator=generator) for n in (5, 3))
    own = torch.tensor([0, 0, 2, 1, 2])
    logits = local @ whole.T
    expected = [
        binary_contrast(logits[i, own[i]], torch.stack([logits[i, j] for j in range(3) if j != own[i]]))
        for i in range(5)
    ]
    torch.testing.assert_close(local_global_rows(local, own, whole), torch.stack(expected))
