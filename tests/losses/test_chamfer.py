from __future__ import annotations

import math

import pytest
import torch

from coview.losses.chamfer import chamfer, chamfer_distance, squared_distances


def sets(n: int = 7, m: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    return torch.rand(4, n, 3, generator=rng), torch.rand(4, m, 3, generator=rng)


def test_two_points_by_hand() -> None:
    a, b = torch.tensor([[0.0, 0, 0]]), torch.tensor([[3.0, 4, 0], [0, 0, 1]])
    assert float(chamfer(a, b)) == pytest.approx(1 + (25 + 1) / 2)
    assert float(chamfer_distance(a, b)) == pytest.approx((1 + (5 + 1) / 2) / 2)


def test_as_nearest_neighbours_found_one_by_one() -> None:
    a, b = sets()
    for x, y, got in zip(a.tolist(), b.tolist(), chamfer(a, b).tolist(), strict=True):
        there = [min(math.dist(p, q) ** 2 for q in y) for p in x]
        back = [min(math.dist(p, q) ** 2 for p in x) for q in y]
        assert got == pytest.approx(sum(there) / len(there) + sum(back) / len(back), rel=1e-5)


def test_order_and_direction_say_nothing() -> None:
    a, b = sets()
    for loss in (chamfer, chamfer_distance):
        torch.testing.assert_close(loss(a, b), loss(b, a))
        torch.testing.assert_close(loss(a, b), loss(a.flip(1), b))


def test_no_distance_to_itself_and_a_gradient_without_nan() -> None:
    a = sets()[0].requires_grad_()
    for loss in (chamfer, chamfer_distance):
        assert float(loss(a, a.detach()).detach().abs().max()) == 0
        (gradient,) = torch.autograd.grad(loss(a, a.detach()).sum(), a)
        assert bool(gradient.isfinite().all())


def test_squared_distances_do_not_cancel_far_from_the_origin() -> None:
    a = torch.tensor([[1000.0, 0, 0]])
    assert float(squared_distances(a, a + 0.125)) == pytest.approx(3 * 0.125**2)


def test_sets_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        chamfer(torch.rand(2, 4, 3), torch.rand(3, 4, 3))
