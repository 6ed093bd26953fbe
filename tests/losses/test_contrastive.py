"""InfoNCE, NT-Xent and the sigmoid loss: closed forms, relations to each other, rows and tiles."""

from __future__ import annotations

from math import exp, log, log1p

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from coview.errors import UserError
from coview.losses import (
    info_nce,
    info_nce_rows,
    koleo,
    koleo_rows,
    nt_xent,
    nt_xent_rows,
    pairwise_sigmoid,
    pairwise_sigmoid_rows,
    symmetric_info_nce,
)


def two(n: int = 6, d: int = 5, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(2, n, d, dtype=torch.float64, generator=generator))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(n=st.integers(1, 40), temperature=st.floats(0.02, 2))
def test_info_nce_at_chance_is_log_n(n: int, temperature: float) -> None:
    same = torch.ones(n, 3)
    assert info_nce(same, same, temperature).item() == pytest.approx(log(n), abs=1e-5)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(n=st.integers(1, 40))
def test_nt_xent_at_chance_is_log_of_2n_minus_1(n: int) -> None:
    same = torch.ones(n, 3)
    assert nt_xent(same, same, 0.5).item() == pytest.approx(log(2 * n - 1), abs=1e-5)


def test_info_nce_of_orthogonal_samples_has_a_closed_form() -> None:
    basis, t = torch.eye(4, dtype=torch.float64), 0.5
    assert info_nce(basis, basis, t).item() == pytest.approx(log1p(3 * exp(-1 / t)))


def test_nt_xent_of_orthogonal_samples_has_a_closed_form() -> None:
    basis, t = torch.eye(4, dtype=torch.float64), 0.5
    assert nt_xent(basis, basis, t).item() == pytest.approx(log1p(6 * exp(-1 / t)))


def test_pairwise_sigmoid_of_two_orthogonal_samples_by_hand() -> None:
    basis, scale, bias = torch.eye(2, dtype=torch.float64), 3.0, -1.0
    positive, negative = log1p(exp(-(scale + bias))), log1p(exp(bias))
    assert pairwise_sigmoid(basis, basis, scale, bias).item() == pytest.approx(positive + negative)


def test_negatives_are_further_candidates() -> None:
    a, b = two()
    queue, _ = two(9, seed=1)
    logits = torch.cat([a, b, queue]).div(torch.cat([a, b, queue]).norm(dim=1, keepdim=True))
    scores = (logits[:6] @ logits[6:].T / 0.3).exp()
    expected = -(scores.diagonal() / scores.sum(1)).log().mean()
    torch.testing.assert_close(info_nce(a, b, 0.3, negatives=queue), expected)


def test_negatives_only_raise_the_loss() -> None:
    a, b = two()
    queue, _ = two(9, seed=1)
    assert info_nce(a, b, 0.3, negatives=queue) > info_nce(a, b, 0.3)


def test_symmetric_info_nce_does_not_know_left_from_right() -> None:
    a, b = two()
    torch.testing.assert_close(symmetric_info_nce(a, b, 0.2), symmetric_info_nce(b, a, 0.2))
    assert not torch.isclose(info_nce(a, b, 0.2), info_nce(b, a, 0.2))


def test_nt_xent_does_not_know_left_from_right() -> None:
    a, b = two()
    torch.testing.assert_close(nt_xent(a, b, 0.2), nt_xent(b, a, 0.2))


@pytest.mark.parametrize("loss", [info_nce, symmetric_info_nce, nt_xent])
def test_length_of_a_row_does_not_matter(loss) -> None:
    a, b = two()
    lengths = torch.linspace(0.1, 30, 6, dtype=torch.float64)[:, None]
    torch.testing.assert_close(loss(a * lengths, b / lengths, 0.2), loss(a, b, 0.2))


def test_one_pair_has_nothing_to_tell_apart() -> None:
    a, b = two(1)
    assert info_nce(a, b, 0.1) == nt_xent(a, b, 0.1) == 0


def test_a_learned_temperature_gets_a_gradient() -> None:
    a, b = two()
    temperature = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(symmetric_info_nce(a, b, temperature), temperature)
    step = 1e-6
    rise = symmetric_info_nce(a, b, 0.2 + step) - symmetric_info_nce(a, b, 0.2 - step)
    assert slope.item() == pytest.approx(rise.item() / (2 * step), rel=1e-6)


@pytest.mark.parametrize("temperature", [0, -0.1, float("nan")])
@pytest.mark.parametrize("loss", [info_nce, symmetric_info_nce, nt_xent])
def test_a_temperature_that_is_not_positive_is_refused(loss, temperature: float) -> None:
    with pytest.raises(UserError, match="above 0"):
        loss(*two(), temperature)


def test_views_of_unequal_count_are_refused() -> None:
    a, b = two()
    with pytest.raises(ValueError, match="same shape"):
        info_nce(a, b[:4], 0.1)


def tiled(fn, rows: tuple[Tensor, ...], *shared) -> Tensor:
    return torch.cat([fn(*(r[i : i + 4] for r in rows), *shared) for i in range(0, len(rows[0]), 4)])


def test_rows_in_tiles_give_the_loss_and_its_gradient() -> None:
    a, b = (x.requires_grad_() for x in two())
    looks, own = torch.cat([a, b]), torch.arange(12)
    cases = {
        "nt_xent": (
            nt_xent(a, b, 0.2),
            tiled(lambda z, p, o: nt_xent_rows(z, p, looks, o, 0.2), (looks, own.roll(6), own)),
        ),
        "info_nce": (info_nce(a, b, 0.2), tiled(info_nce_rows, (a, own[:6]), b, 0.2)),
        "pairwise_sigmoid": (pairwise_sigmoid(a, b, 5, -3), tiled(pairwise_sigmoid_rows, (a, own[:6]), b, 5, -3)),
        "koleo": (koleo(a), tiled(koleo_rows, (a, own[:6]), a)),
    }
    for whole, rows in cases.values():
        torch.testing.assert_close(rows.mean(), whole)
        expected = torch.autograd.grad(whole, (a, b), allow_unused=True, materialize_grads=True, retain_graph=True)
        found = torch.autograd.grad(rows.mean(), (a, b), allow_unused=True, materialize_grads=True, retain_graph=True)
        torch.testing.assert_close(found, expected)


def test_koleo_of_opposite_points_is_minus_log_2() -> None:
    z = torch.tensor([[1.0, 0.0], [-3.0, 0.0]], dtype=torch.float64)
    assert koleo(z).item() == pytest.approx(-log(2), abs=1e-7)


def test_koleo_prefers_even_spacing() -> None:
    angles = torch.arange(8) * torch.pi / 4
    crowded = angles * 0.5
    circle, half = (torch.stack([a.cos(), a.sin()], 1) for a in (angles, crowded))
    assert koleo(circle) < koleo(half)


def test_koleo_of_equal_rows_is_bounded_by_epsilon() -> None:
    same = torch.ones(4, 3, dtype=torch.float64, requires_grad=True)
    loss = koleo(same, epsilon=1e-3)
    assert loss.item() == pytest.approx(-log(1e-3))
    assert torch.autograd.grad(loss, same)[0].isfinite().all()
