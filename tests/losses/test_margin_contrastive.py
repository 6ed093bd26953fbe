"""The margin loss of CoLES against its pairs written out."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from coview.losses import margin_contrastive


def by_pairs(z: torch.Tensor, entity: list[int], margin: float, negatives: int) -> torch.Tensor:
    """Every pair of one entity once, and for each look its hardest negatives, added up."""
    z = F.normalize(z, dim=-1)
    n, total = len(z), torch.zeros((), dtype=z.dtype)
    for i in range(n):
        others = sorted((float((z[i] - z[j]).norm().detach()), j) for j in range(n) if entity[i] != entity[j])
        for _, j in others[:negatives]:
            total = total + (margin - (z[i] - z[j]).norm()).clamp_min(0) ** 2
        for j in range(i + 1, n):
            if entity[i] == entity[j]:
                total = total + (z[i] - z[j]).square().sum()
    return total


@pytest.mark.parametrize(("margin", "negatives"), [(0.5, 2), (1.2, 1), (1.9, 4), (1.9, 20)])
def test_equals_the_sum_over_pairs_divided_by_looks(margin: float, negatives: int) -> None:
    z = torch.randn(9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    entity = [0, 0, 0, 1, 1, 2, 2, 2, 3]
    a, b = z.clone().requires_grad_(), z.clone().requires_grad_()
    found = margin_contrastive(a, torch.tensor(entity), margin=margin, negatives=negatives)
    want = by_pairs(b, entity, margin, negatives) / 9
    torch.testing.assert_close(found, want)
    found.backward()
    want.backward()
    torch.testing.assert_close(a.grad, b.grad)


def test_two_entities_at_a_right_angle() -> None:
    """Looks of one entity fall together, the others' are sqrt 2 away: each misses a margin of 2 by 2 - sqrt 2."""
    z = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [0.0, 1.0]])
    found = margin_contrastive(z, torch.tensor([0, 0, 1, 1]), margin=2.0, negatives=1)
    assert float(found) == pytest.approx((2 - math.sqrt(2)) ** 2, rel=1e-5)


def test_beyond_the_margin_others_are_left_alone() -> None:
    z = torch.tensor([[1.0, 0.0], [-1.0, 0.1]], requires_grad=True)
    found = margin_contrastive(z, torch.tensor([0, 1]), margin=0.5)
    found.backward()
    assert float(found.detach()) == pytest.approx(0, abs=1e-6)
    assert z.grad is not None
    assert float(z.grad.abs().max()) < 1e-6
