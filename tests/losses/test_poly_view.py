"""Poly-View losses and all pairs: against the sums written out, their relations, absent views."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from coview.losses import (
    all_pairs,
    arithmetic_poly_view,
    arithmetic_poly_view_rows,
    geometric_poly_view,
    geometric_poly_view_rows,
    nt_xent,
    one_vs_rest,
    sufficient_statistics,
    sufficient_statistics_rows,
)

LOSSES = [arithmetic_poly_view, geometric_poly_view, sufficient_statistics]
ROWS = [arithmetic_poly_view_rows, geometric_poly_view_rows, sufficient_statistics_rows]
T = 0.4
SOME = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]], dtype=torch.bool)


def draw(n: int, v: int, d: int = 4, seed: int = 0) -> Tensor:
    return torch.randn(n, v, d, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def written_out(loss, views: Tensor, present: Tensor) -> Tensor:
    """The equations of the docstrings, one scalar at a time."""
    x = F.normalize(views, dim=2)
    n, v, _ = x.shape
    samples = []
    for i in range(n):
        there = [a for a in range(v) if present[i, a]]
        if len(there) < 2:
            continue
        terms = []
        for a in there:
            rest = [b for b in there if b != a]
            others = [x[j, c] for j in range(n) for c in range(v) if j != i and present[j, c]]
            if loss is sufficient_statistics:
                mean = torch.stack([x[i, b] for b in rest]).mean(0)
                up = (mean @ x[i, a] / T).exp()
                terms.append(-(up / (up + sum((mean @ o / T).exp() for o in others))).log())
                continue
            down = sum((x[i, a] @ o / T).exp() for o in others)
            ups = [(x[i, a] @ x[i, b] / T).exp() for b in rest]
            likelihoods = torch.stack([up / (up + down) for up in ups])
            mean_log = likelihoods.mean().log() if loss is arithmetic_poly_view else likelihoods.log().mean()
            terms.append(-mean_log)
        samples.append(torch.stack(terms).mean())
    return torch.stack(samples).mean()


@pytest.mark.parametrize("loss", LOSSES)
def test_is_its_equation_written_out(loss) -> None:
    views = draw(5, 3)
    torch.testing.assert_close(loss(views, T), written_out(loss, views, torch.ones(5, 3, dtype=torch.bool)))


@pytest.mark.parametrize("loss", LOSSES)
def test_is_its_equation_written_out_where_views_are_absent(loss) -> None:
    views = draw(5, 3)
    torch.testing.assert_close(loss(views, T, present=SOME), written_out(loss, views, SOME))


@pytest.mark.parametrize("loss", LOSSES)
def test_two_views_are_nt_xent(loss) -> None:
    views = draw(6, 2)
    torch.testing.assert_close(loss(views, T), nt_xent(views[:, 0], views[:, 1], T))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(n=st.integers(2, 6), v=st.integers(2, 5), seed=st.integers(0, 1000))
def test_arithmetic_is_never_above_geometric(n: int, v: int, seed: int) -> None:
    views = draw(n, v, seed=seed)
    assert arithmetic_poly_view(views, T) <= geometric_poly_view(views, T) + 1e-12


@pytest.mark.parametrize("loss", LOSSES)
def test_order_of_views_does_not_matter(loss) -> None:
    views = draw(5, 3)
    order = torch.tensor([2, 0, 1])
    torch.testing.assert_close(loss(views[:, order], T, present=SOME[:, order]), loss(views, T, present=SOME))


@pytest.mark.parametrize("loss", LOSSES)
def test_what_stands_in_the_place_of_an_absent_view_is_never_read(loss) -> None:
    views = draw(5, 3)
    spoilt = views.masked_fill(~SOME[..., None], torch.nan).requires_grad_()
    result = loss(spoilt, T, present=SOME)
    torch.testing.assert_close(result, loss(views, T, present=SOME))
    (gradient,) = torch.autograd.grad(result, spoilt)
    assert gradient.isfinite().all()
    assert (gradient[~SOME] == 0).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_nobody_with_two_views_is_no_loss(loss) -> None:
    views = draw(4, 3).requires_grad_()
    result = loss(views, T, present=torch.eye(4, 3, dtype=torch.bool))
    assert result == 0
    assert torch.autograd.grad(result, views)[0].eq(0).all()


def test_samples_count_alike_however_many_views_they_have() -> None:
    weight = one_vs_rest(draw(5, 3), SOME).weight
    torch.testing.assert_close(weight, torch.tensor([1 / 9] * 3 + [1 / 6] * 4, dtype=torch.float64))


@pytest.mark.parametrize(("loss", "rows_of"), list(zip(LOSSES, ROWS, strict=True)))
def test_rows_in_tiles_give_the_loss(loss, rows_of) -> None:
    views = draw(5, 3)
    rows, shared, weight = one_vs_rest(views, SOME)
    tiles = [rows_of(*(r[i : i + 2] for r in rows), *shared, T) for i in range(0, len(weight), 2)]
    torch.testing.assert_close((weight * torch.cat(tiles)).sum(), loss(views, T, present=SOME))


def test_all_pairs_is_the_mean_over_pairs() -> None:
    views = draw(5, 4)
    expected = torch.stack([nt_xent(views[:, i], views[:, j], T) for i, j in combinations(range(4), 2)]).mean()
    torch.testing.assert_close(all_pairs(lambda a, b: nt_xent(a, b, T), views), expected)


def test_all_pairs_counts_a_pair_by_the_samples_that_have_both() -> None:
    views = draw(5, 3)
    pairs = {(0, 1): [0, 3], (0, 2): [0, 1], (1, 2): [0]}
    expected = sum(len(k) * nt_xent(views[k, i], views[k, j], T) for (i, j), k in pairs.items()) / 5
    torch.testing.assert_close(all_pairs(lambda a, b: nt_xent(a, b, T), views, present=SOME), expected)


@pytest.mark.parametrize("shape", [(5, 4), (5, 1, 4)])
def test_a_single_view_is_refused(shape: tuple[int, ...]) -> None:
    for loss in LOSSES:
        with pytest.raises(ValueError, match="V >= 2"):
            loss(torch.zeros(shape), T)
