"""A hidden place finds its own target among the sample's hidden ones; codes are all used."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from coview.errors import UserError
from coview.losses import code_diversity, masked_matching

MASKED = torch.tensor([[1, 1, 1, 0], [1, 0, 1, 0], [0, 0, 1, 0]], dtype=torch.bool)


@pytest.mark.parametrize("temperature", [None, 0.2])
def test_each_sample_by_itself_over_its_hidden_places(temperature: float | None) -> None:
    generator = torch.Generator().manual_seed(0)
    c, x = (torch.randn(3, 4, 5, dtype=torch.float64, generator=generator) for _ in range(2))
    want = []
    for n in range(3):
        a, b = c[n, MASKED[n]], x[n, MASKED[n]]
        if temperature is not None:
            a, b = F.normalize(a, dim=1) / temperature, F.normalize(b, dim=1)
        want.append(F.cross_entropy(a @ b.T, torch.arange(len(a))))
    torch.testing.assert_close(masked_matching(c, x, MASKED, temperature=temperature), torch.stack(want))


def test_places_with_the_same_target_are_no_negatives_of_each_other() -> None:
    c = torch.randn(1, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    x = c[:, [0, 0, 2]]
    same = torch.tensor([[[1, 1, 0], [1, 1, 0], [0, 0, 1]]], dtype=torch.bool)
    masked = torch.ones(1, 3, dtype=torch.bool)
    logits = c[0] @ x[0].T
    first = logits[0, [0, 2]].logsumexp(0) - logits[0, 0]
    second = logits[1, [1, 2]].logsumexp(0) - logits[1, 1]
    third = logits[2].logsumexp(0) - logits[2, 2]
    torch.testing.assert_close(masked_matching(c, x, masked, same=same)[0], (first + second + third) / 3)


def test_diversity_is_the_part_of_the_codes_that_is_not_used() -> None:
    alike, one = torch.full((4,), 0.25), torch.tensor([1.0, 0, 0, 0])
    assert float(code_diversity(torch.stack([alike, alike]))) == pytest.approx(0, abs=1e-6)
    assert float(code_diversity(torch.stack([one, one]))) == pytest.approx(0.75)
    two = torch.tensor([0.5, 0.5, 0, 0])
    assert float(code_diversity(torch.stack([two, alike]))) == pytest.approx(0.25, abs=1e-6)
    assert math.isfinite(float(code_diversity(torch.zeros(1, 4))))


def test_a_temperature_of_0_is_refused() -> None:
    with pytest.raises(UserError, match="temperature of 0"):
        masked_matching(torch.ones(1, 2, 3), torch.ones(1, 2, 3), torch.ones(1, 2, dtype=torch.bool), temperature=0.0)
