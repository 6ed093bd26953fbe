"""Losses of graph methods where the answer is known."""

from __future__ import annotations

from math import log

import pytest
import torch

from coview.errors import UserError
from coview.losses import (
    binary_contrast,
    canonical_correlation,
    discrepancy_margin_rows,
    edit_discrepancy,
    influence_contrast_rows,
    info_nce_rows,
    local_global_rows,
    scaled_cosine_error,
    sharpened,
    student_t_assignment,
)


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


def test_distances_in_proportion_to_edits_cost_nothing_and_others_their_differences() -> None:
    edits = torch.tensor([[2.0, 4.0, 6.0]])
    assert edit_discrepancy(0.7 * edits, edits) == 0
    expected = (1.0 + 4.0 + 9.0) / 3  # ratios 0, 1, 3
    torch.testing.assert_close(edit_discrepancy(torch.tensor([[0.0, 4.0, 18.0]]), edits), torch.tensor([expected]))


def test_the_margin_is_kept_from_each_other_original() -> None:
    every = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 10.0]])
    near = torch.tensor([[1.0, 2.0]])
    found = discrepancy_margin_rows(every[:1], torch.tensor([0]), near, every, 6.0)
    expected = ((6 + 1 - 5) + (6 + 2 - 5) + 0 + 0) / 4
    torch.testing.assert_close(found, torch.tensor([expected]))


def test_canonical_correlation_of_a_view_with_itself_is_what_its_dimensions_share() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(4000, 3, dtype=torch.float64, generator=generator)
    assert canonical_correlation(z, z, decorrelation=1.0) < 0.2
    twice = z[:, [0, 0, 1]]
    expected = torch.tensor(2 * 2**0.5, dtype=torch.float64)  # one entry and its mirror, in both views
    torch.testing.assert_close(canonical_correlation(twice, twice, decorrelation=1.0), expected, atol=0.1, rtol=0)


def test_canonical_correlation_is_the_distance_of_standardised_views_by_their_rows_at_the_authors_batch() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 50, 4, dtype=torch.float64, generator=generator)
    far = [(z - z.mean(0)) / (z.var(0, correction=0) + 1e-5).sqrt() for z in (a, b)]
    expected = (far[0] - far[1]).square().sum().sqrt() / len(a)
    torch.testing.assert_close(canonical_correlation(a, b, decorrelation=0.0, of=50), expected, rtol=1e-4, atol=0)


def test_canonical_correlation_of_the_same_rows_many_times_is_the_same() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 50, 4, dtype=torch.float64, generator=generator)
    once = canonical_correlation(a, b, decorrelation=0.1)
    torch.testing.assert_close(canonical_correlation(a.repeat(7, 1), b.repeat(7, 1), decorrelation=0.1), once)


def test_influence_contrast_of_one_neighbour_is_info_nce() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(6, 4, dtype=torch.float64, generator=generator)
    influence = torch.zeros(1, 6, dtype=torch.float64)
    influence[0, 2] = 1
    told = (z[:1], torch.tensor([0]), influence, torch.tensor([0]), z, torch.ones(6, dtype=torch.bool), torch.arange(6))
    expected = info_nce_rows(z[:1], torch.tensor([1]), z[1:], 0.5)
    torch.testing.assert_close(influence_contrast_rows(*told, 0.5), expected)


def test_influence_contrast_weighs_neighbours_inside_the_logarithm_and_leaves_out_who_is_not_there() -> None:
    z = torch.eye(4, dtype=torch.float64)[[0, 0, 1, 2]]
    influence = torch.tensor([[0.0, 0.25, 0.75, 0.0]], dtype=torch.float64)
    there = torch.tensor([True, True, True, False])
    told = (z[:1], torch.tensor([0]), influence, torch.tensor([0]), z, there, torch.arange(4))
    found = influence_contrast_rows(*told, 1.0)
    e = torch.tensor(1.0, dtype=torch.float64).exp()
    torch.testing.assert_close(found[0], -((0.25 * e + 0.75) / (e + 1)).log())


def test_influence_contrast_counts_a_node_once_however_many_rows_it_has() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(9, 4, dtype=torch.float64, generator=generator)
    influence = torch.tensor([[0.0, 0.4, 0.0, 0.0]], dtype=torch.float64)
    node = torch.tensor([5, 1, 2, 8, 8, 1, 5, 2, 8])  # the fourth is nobody, then other samples' 8, 1, 5, 2, 8
    there = torch.tensor([True, True, True, False, True, True, True, True, True])
    own = torch.tensor([0])
    found = influence_contrast_rows(z[:1], own, influence, own, z, there, node, 0.5)
    once = z[[0, 1, 2, 4]]
    alone = (once, torch.ones(4, dtype=torch.bool), torch.arange(4))
    torch.testing.assert_close(found, influence_contrast_rows(z[:1], own, influence, own, *alone, 0.5))


def test_assignments_follow_students_t_and_are_sharpened_against_large_clusters() -> None:
    rows, centres = torch.tensor([[0.0], [1.0], [1.0]]), torch.tensor([[0.0], [1.0]])
    shares = student_t_assignment(rows, centres)
    torch.testing.assert_close(shares, torch.tensor([[2 / 3, 1 / 3], [1 / 3, 2 / 3], [1 / 3, 2 / 3]]))
    total = shares.sum(0)
    weight = shares**2 / total
    torch.testing.assert_close(sharpened(shares), weight / weight.sum(1, keepdim=True))
    assert sharpened(shares)[0, 0] > shares[0, 0]
