"""VICReg, cross-correlation, negative cosine: zeros, closed forms, invariances."""

from __future__ import annotations

from math import sqrt

import pytest
import torch
from torch import Tensor

from coview.losses import (
    covariance,
    cross_correlation,
    cross_correlation_matrix,
    decoupled_correlation,
    invariance,
    mixed_cross_correlation,
    negative_cosine,
    variance,
    vicreg,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def whitened(n: int = 64, d: int = 5) -> Tensor:
    """Columns of mean 0, unbiased variance 1 and no correlation."""
    z = draw(n, d)
    q, _ = torch.linalg.qr(z - z.mean(0))
    return q * sqrt(n - 1)


def test_vicreg_of_identical_whitened_views_is_zero() -> None:
    z = whitened()
    assert vicreg(z, z).item() == pytest.approx(0, abs=1e-12)


def test_vicreg_of_collapsed_views_is_its_variance_term() -> None:
    z = torch.full((8, 5), 3.0)
    assert vicreg(z, z, variance_weight=25).item() == pytest.approx(25 * (1 - sqrt(1e-4)))


def test_vicreg_is_the_weighted_sum_of_its_terms() -> None:
    a, b = draw(2, 16, 5)
    expected = 2 * invariance(a, b) + 3 * (variance(a) + variance(b)) / 2 + 5 * (covariance(a) + covariance(b))
    torch.testing.assert_close(vicreg(a, b, invariance_weight=2, variance_weight=3, covariance_weight=5), expected)


def test_invariance_is_the_mean_squared_difference() -> None:
    assert invariance(torch.zeros(2, 3), torch.tensor([[1.0, 2, 3], [0, 0, 0]])).item() == pytest.approx(14 / 6)


def test_variance_asks_for_no_more_than_its_target() -> None:
    assert variance(whitened() * 2) == 0
    assert variance(whitened() * 2, target=3, epsilon=0).item() == pytest.approx(1)


def test_covariance_of_a_doubled_dimension() -> None:
    z = whitened(d=1).repeat(1, 2)
    assert covariance(z).item() == pytest.approx(2 * 1**2 / 2)


@pytest.mark.parametrize("loss", [vicreg, cross_correlation])
def test_does_not_know_left_from_right(loss) -> None:
    a, b = draw(2, 16, 5)
    torch.testing.assert_close(loss(a, b), loss(b, a))


@pytest.mark.parametrize("loss", [vicreg, cross_correlation])
def test_order_of_dimensions_does_not_matter(loss) -> None:
    a, b = draw(2, 16, 5)
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(loss(a[:, order], b[:, order]), loss(a, b))


def test_cross_correlation_of_identical_decorrelated_views_is_zero() -> None:
    assert cross_correlation(whitened(), whitened()).item() == pytest.approx(0, abs=1e-8)


def test_cross_correlation_of_collapsed_views_is_the_number_of_dimensions() -> None:
    assert cross_correlation(torch.ones(8, 5), torch.ones(8, 5)).item() == pytest.approx(5)


def test_cross_correlation_of_repeated_dimensions_by_hand() -> None:
    z = whitened(d=1).repeat(1, 3)
    assert cross_correlation(z, z, redundancy_weight=0.1).item() == pytest.approx(0.1 * 6, rel=1e-4)


def test_cross_correlation_matrix_is_pearsons() -> None:
    a, b = draw(2, 200, 3)
    expected = torch.corrcoef(torch.cat([a, b], 1).T)[:3, 3:]
    torch.testing.assert_close(cross_correlation_matrix(a, b), expected, atol=1e-4, rtol=1e-4)


def test_cross_correlation_does_not_see_shift_and_scale() -> None:
    a, b = draw(2, 16, 5)
    torch.testing.assert_close(cross_correlation(a * 100 + 7, b * 30 - 1), cross_correlation(a, b), rtol=1e-4, atol=0)


def test_mixed_cross_correlation_is_its_equation_written_out() -> None:
    mixed, a, b = draw(3, 16, 5)
    partner, share = torch.randperm(16, generator=torch.Generator().manual_seed(1)), 0.3
    m, x, y = ((z - z.mean(0)) / (z.var(0, correction=0) + 1e-5).sqrt() for z in (mixed, a, b))
    shuffled = y[partner]
    expected = sum(
        (m.T @ v / 16 - (share * x.T @ v + (1 - share) * shuffled.T @ v) / 16).square().sum() for v in (x, y)
    )
    torch.testing.assert_close(mixed_cross_correlation(mixed, a, b, partner, share), expected)


def test_mixed_cross_correlation_of_features_that_are_linear_is_zero() -> None:
    a, b = draw(2, 16, 5)
    nobody = torch.arange(16)
    assert mixed_cross_correlation(a, a, b, nobody, 1.0).item() == pytest.approx(0, abs=1e-12)
    assert mixed_cross_correlation(b, a, b, nobody, 0.0).item() == pytest.approx(0, abs=1e-12)


def test_mixed_cross_correlation_takes_a_share_for_each_sample() -> None:
    mixed, a, b = draw(3, 16, 5)
    partner = torch.arange(16).roll(3)
    each = mixed_cross_correlation(mixed, a, b, partner, torch.full((16, 1), 0.3, dtype=torch.float64))
    torch.testing.assert_close(each, mixed_cross_correlation(mixed, a, b, partner, 0.3))


def test_negative_cosine_reads_directions_only() -> None:
    z = draw(6, 4)
    assert negative_cosine(z, 5 * z).item() == pytest.approx(-1)
    assert negative_cosine(z, -z).item() == pytest.approx(1)


def test_negative_cosine_is_byols_error_but_for_scale() -> None:
    p, t = torch.nn.functional.normalize(draw(2, 6, 4), dim=2)
    torch.testing.assert_close(2 + 2 * negative_cosine(p, t), (p - t).square().sum(1).mean())


def test_decoupled_correlation_is_zero_where_only_the_common_part_is_shared() -> None:
    shared, own, other = whitened(d=7).split([3, 2, 2], 1)
    loss = decoupled_correlation(torch.cat([shared, own], 1), torch.cat([shared, other], 1), 3)
    assert loss.item() == pytest.approx(0, abs=1e-8)


def test_decoupled_correlation_of_identical_views_counts_the_dimensions_that_should_differ() -> None:
    z = whitened(d=5)
    assert decoupled_correlation(z, z, 3).item() == pytest.approx(2, abs=1e-3)


def test_decoupled_correlation_with_nothing_unique_is_cross_correlation() -> None:
    a, b = draw(2, 16, 5)
    torch.testing.assert_close(decoupled_correlation(a, b, 5), cross_correlation(a, b))


def test_decoupled_correlation_leaves_common_with_unique_dimensions_free() -> None:
    a, b = draw(2, 16, 5)
    matrix = cross_correlation_matrix(a, b)
    inside = torch.block_diag(torch.ones(3, 3), torch.ones(2, 2)).double()
    wanted = torch.diag(torch.tensor([1.0, 1, 1, 0, 0])).double()
    weight = torch.where(torch.eye(5) > 0, 1.0, 0.005).double() * inside
    expected = (weight * (matrix - wanted).square()).sum()
    torch.testing.assert_close(decoupled_correlation(a, b, 3), expected)
