"""Sinkhorn, swapped prediction, self-distillation: marginals, closed forms, who predicts whom."""

from __future__ import annotations

from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from coview.errors import UserError
from coview.losses import (
    cross_view_cross_entropy,
    self_distillation,
    self_distillation_rows,
    sinkhorn,
    sinkhorn_potentials,
    swapped_prediction,
    swapped_prediction_rows,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(n=st.integers(2, 30), k=st.integers(2, 8), seed=st.integers(0, 1000))
def test_prototypes_get_even_shares(n: int, k: int, seed: int) -> None:
    q = sinkhorn(draw(n, k, seed=seed), epsilon=0.5, iterations=300)
    torch.testing.assert_close(q.sum(1), torch.ones(n, dtype=torch.float64))
    torch.testing.assert_close(q.sum(0), torch.full((k,), n / k, dtype=torch.float64), rtol=1e-3, atol=1e-3)


def test_prototypes_get_the_shares_asked_for() -> None:
    share = torch.tensor([5.0, 3.0, 2.0], dtype=torch.float64)
    q = sinkhorn(draw(20, 3), epsilon=0.5, iterations=300, prototype_share=share)
    torch.testing.assert_close(q.sum(0), share * 2, rtol=1e-6, atol=1e-6)


def test_rows_sum_to_one_after_every_round() -> None:
    q = sinkhorn(draw(9, 4), epsilon=0.05, iterations=1)
    torch.testing.assert_close(q.sum(1), torch.ones(9, dtype=torch.float64))


def test_equal_scores_are_shared_evenly() -> None:
    torch.testing.assert_close(sinkhorn(torch.full((6, 4), 3.0)), torch.full((6, 4), 0.25))


def test_clear_clusters_are_assigned_to_their_prototypes() -> None:
    scores = torch.eye(4).repeat(3, 1)
    assert sinkhorn(scores).argmax(1).equal(torch.arange(4).repeat(3))


def test_what_all_samples_prefer_wins_nothing() -> None:
    scores = draw(12, 4)
    torch.testing.assert_close(
        sinkhorn(scores + torch.tensor([9.0, 0, 0, 0]), epsilon=0.5, iterations=50),
        sinkhorn(scores, epsilon=0.5, iterations=50),
        atol=1e-3,
        rtol=1e-3,
    )


def test_scores_that_would_overflow_do_not() -> None:
    scores = 1e4 * draw(10, 4).float()
    q = sinkhorn(scores)
    assert q.isfinite().all()
    torch.testing.assert_close(q.sum(1), torch.ones(10))


def test_potentials_assign_rows_one_by_one() -> None:
    scores = draw(10, 4)
    potentials = sinkhorn_potentials(scores)
    by_one = torch.cat([(row / 0.05 + potentials).softmax(0)[None] for row in scores])
    torch.testing.assert_close(by_one, sinkhorn(scores))


def test_no_rows_have_an_assignment_of_no_rows() -> None:
    assert sinkhorn(torch.zeros(0, 4)).shape == (0, 4)


@pytest.mark.parametrize("bad", [{"epsilon": 0.0}, {"iterations": 0}])
def test_sinkhorn_refuses_what_it_cannot_do(bad: dict) -> None:
    with pytest.raises(UserError, match="sinkhorn needs"):
        sinkhorn(draw(4, 3), **bad)


def test_views_do_not_predict_themselves() -> None:
    logits, target = draw(5, 3, 4), draw(5, 2, 4, seed=1).softmax(2)
    log_p = logits.log_softmax(2)
    pairs = [(v, a) for v in range(3) for a in range(2) if v != a]
    expected = torch.stack([-(target[:, a] * log_p[:, v]).sum(1) for v, a in pairs]).mean(0)
    torch.testing.assert_close(cross_view_cross_entropy(logits, target), expected)


def test_ignorance_costs_log_k() -> None:
    same = torch.zeros(3, 2, 8)
    assert swapped_prediction(same, same.softmax(2)).item() == pytest.approx(log(8))
    assert self_distillation(same, same).item() == pytest.approx(log(8))


def test_certain_and_right_costs_nothing() -> None:
    scores = torch.zeros(4, 2, 4) + 50 * torch.eye(4)[:, None]
    assert self_distillation(scores, scores).item() == pytest.approx(0, abs=1e-6)


def test_a_centre_moves_the_teacher_as_a_shift_of_its_logits() -> None:
    student, teacher, centre = draw(5, 3, 4), draw(5, 2, 4, seed=1), draw(4, seed=2)
    torch.testing.assert_close(
        self_distillation(student, teacher, centre), self_distillation(student, teacher - centre)
    )


def test_no_gradient_reaches_the_teacher() -> None:
    student, teacher = draw(5, 3, 4).requires_grad_(), draw(5, 2, 4, seed=1).requires_grad_()
    self_distillation(student, teacher).backward()
    assert student.grad is not None
    assert teacher.grad is None


def test_rows_are_per_sample() -> None:
    student, teacher = draw(5, 3, 4), draw(5, 2, 4, seed=1)
    each = torch.cat([self_distillation_rows(student[i : i + 1], teacher[i : i + 1]) for i in range(5)])
    torch.testing.assert_close(each.mean(), self_distillation(student, teacher))
    q = teacher.softmax(2)
    each = torch.cat([swapped_prediction_rows(student[i : i + 1], q[i : i + 1]) for i in range(5)])
    torch.testing.assert_close(each.mean(), swapped_prediction(student, q))


def test_one_view_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two different views"):
        self_distillation(torch.zeros(3, 1, 4), torch.zeros(3, 1, 4))


def test_unequal_prototypes_are_refused() -> None:
    with pytest.raises(ValueError, match="must be"):
        swapped_prediction(torch.zeros(3, 2, 4), torch.zeros(3, 2, 5))
