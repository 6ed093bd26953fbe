"""Poly-View contrast: one view against all the others of its sample, with any number of them present."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


class OneVsRest(NamedTuple):
    """The views of a batch, laid out one row for each view that has others of its sample beside it.

    Args:
        rows: what `*_poly_view_rows` take row by row: anchors `(R, D)`, the rest `(R, V-1, D)`, which of the rest are
            present `(R, V-1)`, and each anchor's sample `(R,)`.
        shared: what every row sees: all present views `(M, D)` and their samples `(M,)`.
        weight: `(R,)` a row's share of the loss: samples count alike, and within a sample its present views. Sums to 1,
            or is empty where no sample has two views.
    """

    rows: tuple[Tensor, Tensor, Tensor, Tensor]
    shared: tuple[Tensor, Tensor]
    weight: Tensor


@at_least_float32
def one_vs_rest(views: Tensor, present: Tensor | None = None) -> OneVsRest:
    """Lays views out for the row by row forms of `geometric_poly_view` and its kin.

    A view that is absent is nobody's anchor, positive or negative, and its values are never read. A sample with a
    single present view has nothing to agree with, but is a negative for the others. In tiles:
    `(weight * by_rows(geometric_poly_view_rows, rows, (*shared, temperature))).sum()`.

    Args:
        views: `(N, V, D)`.
        present: `(N, V)` bool; all of them when None.

    Returns:
        The rows, brought to length 1.

    Raises:
        ValueError: `views` is not `(N, V, D)` with V >= 2, or `present` is not `(N, V)`.
    """
    if views.ndim != 3 or views.shape[1] < 2:
        raise ValueError(f"views of shape {tuple(views.shape)} were given; (N, V, D) with V >= 2 is needed")
    n, v, _ = views.shape
    if present is None:
        present = torch.ones(n, v, dtype=torch.bool, device=views.device)
    if present.shape != (n, v):
        raise ValueError(
            f"present has shape {tuple(present.shape)}; for views {tuple(views.shape)} it must be {(n, v)}"
        )
    unit = unit_rows(torch.where(present[..., None], views, 0.0))
    others = torch.stack([torch.arange(v).roll(-1 - i)[:-1] for i in range(v)]).to(views.device)  # (V, V-1)
    sample = torch.arange(n, device=views.device)[:, None].expand(n, v)
    anchor = present & (present.sum(1, keepdim=True) >= 2)
    count = anchor.sum(1, keepdim=True)
    weight = (1 / count.clamp(min=1)).to(unit).expand(n, v)[anchor] / (count > 0).sum().clamp(min=1)
    rows = (unit[anchor], unit[:, others][anchor], present[:, others][anchor], sample[anchor])
    return OneVsRest(rows, (unit[present], sample[present]), weight)


@at_least_float32
def arithmetic_poly_view(views: Tensor, temperature: float | Tensor, *, present: Tensor | None = None) -> Tensor:
    """Poly-View contrast with the arithmetic mean of the pair likelihoods.

    With f the cosine similarity over t and
    `l(i,a,b) = exp f(x_ia, x_ib) / (exp f(x_ia, x_ib) + sum_{j != i} sum_c exp f(x_ia, x_jc))`,
    the mean over samples i and views a of `-log( mean_{b != a} l(i,a,b) )`. For V = 2 it is NT-Xent, exactly. It is
    never above `geometric_poly_view` (Jensen).

    Paper: Poly-View Contrastive Learning. Shidani, Hjelm, Ramapuram, Webb, Dhekane, Busbridge. ICLR 2024.
    https://arxiv.org/abs/2403.05490 (arithmetic PVC; all views of the other samples are negatives).

    Args:
        views: `(N, V, D)`.
        temperature: t, in units of cosine similarity; a tensor may carry a gradient.
        present: `(N, V)` bool, which views are there; means run over these only (see `one_vs_rest`).

    Returns:
        A scalar; 0 where no sample has two views, or where there is no other sample to tell them from.

    Raises:
        ValueError: shapes that do not fit.
        UserError: a temperature that is not positive.
    """
    rows, shared, weight = one_vs_rest(views, present)
    return (weight * arithmetic_poly_view_rows(*rows, *shared, temperature)).sum()


@at_least_float32
def geometric_poly_view(views: Tensor, temperature: float | Tensor, *, present: Tensor | None = None) -> Tensor:
    """Poly-View contrast with the geometric mean of the pair likelihoods.

    The mean over samples i and views a of `- mean_{b != a} log l(i,a,b)`, l as in `arithmetic_poly_view`. For V = 2 it
    is NT-Xent, exactly. It differs from NT-Xent over all pairs of views (`all_pairs`) in its negatives: all views of
    the other samples, not only the pair's two.

    Paper: Poly-View Contrastive Learning. Shidani, Hjelm, Ramapuram, Webb, Dhekane, Busbridge. ICLR 2024.
    https://arxiv.org/abs/2403.05490 (geometric PVC).

    Args:
        views: `(N, V, D)`.
        temperature: in units of cosine similarity; a tensor may carry a gradient.
        present: `(N, V)` bool, which views are there; means run over these only (see `one_vs_rest`).

    Returns:
        A scalar; 0 where no sample has two views, or where there is no other sample to tell them from.

    Raises:
        ValueError: shapes that do not fit.
        UserError: a temperature that is not positive.
    """
    rows, shared, weight = one_vs_rest(views, present)
    return (weight * geometric_poly_view_rows(*rows, *shared, temperature)).sum()


@at_least_float32
def sufficient_statistics(views: Tensor, temperature: float | Tensor, *, present: Tensor | None = None) -> Tensor:
    """Poly-View contrast of a view with the mean of the rest: their sufficient statistic.

    With `m_ia` the mean of sample i's other present unit vectors (not brought to length 1 again), the mean over samples
    i and views a of `-log( exp(x_ia.m_ia / t) / (exp(x_ia.m_ia / t) + sum_{j != i} sum_c exp(x_jc.m_ia / t)) )`. For
    V = 2 it is NT-Xent, exactly.

    Paper: Poly-View Contrastive Learning. Shidani, Hjelm, Ramapuram, Webb, Dhekane, Busbridge. ICLR 2024.
    https://arxiv.org/abs/2403.05490 (section on sufficient statistics).

    Args:
        views: `(N, V, D)`.
        temperature: t, in units of cosine similarity; a tensor may carry a gradient.
        present: `(N, V)` bool, which views are there; means run over these only (see `one_vs_rest`).

    Returns:
        A scalar; 0 where no sample has two views, or where there is no other sample to tell them from.

    Raises:
        ValueError: shapes that do not fit.
        UserError: a temperature that is not positive.
    """
    rows, shared, weight = one_vs_rest(views, present)
    return (weight * sufficient_statistics_rows(*rows, *shared, temperature)).sum()


@at_least_float32
def arithmetic_poly_view_rows(
    anchors: Tensor,
    rest: Tensor,
    rest_present: Tensor,
    sample: Tensor,
    candidates: Tensor,
    candidate_sample: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """`arithmetic_poly_view` of each anchor by itself: `(R,)` from the layout of `one_vs_rest`."""
    log_l = _pair_log_likelihood(anchors, rest, sample, candidates, candidate_sample, temperature)
    log_sum = log_l.masked_fill(~rest_present, -torch.inf).logsumexp(1)
    return rest_present.sum(1).log() - log_sum


@at_least_float32
def geometric_poly_view_rows(
    anchors: Tensor,
    rest: Tensor,
    rest_present: Tensor,
    sample: Tensor,
    candidates: Tensor,
    candidate_sample: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """`geometric_poly_view` of each anchor by itself: `(R,)` from the layout of `one_vs_rest`."""
    log_l = _pair_log_likelihood(anchors, rest, sample, candidates, candidate_sample, temperature)
    return -log_l.masked_fill(~rest_present, 0).sum(1) / rest_present.sum(1)


@at_least_float32
def sufficient_statistics_rows(
    anchors: Tensor,
    rest: Tensor,
    rest_present: Tensor,
    sample: Tensor,
    candidates: Tensor,
    candidate_sample: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """`sufficient_statistics` of each anchor by itself: `(R,)` from the layout of `one_vs_rest`."""
    mean = rest.masked_fill(~rest_present[..., None], 0).sum(1) / rest_present.sum(1, keepdim=True)
    # the mean asks, the anchor is its positive
    return -_pair_log_likelihood(mean, anchors[:, None], sample, candidates, candidate_sample, temperature)[:, 0]


def _pair_log_likelihood(
    asking: Tensor,
    positives: Tensor,
    sample: Tensor,
    candidates: Tensor,
    candidate_sample: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """Log of l for each positive `(R, P, D)` against the other samples' views: `(R, P)`."""
    check_temperature(temperature)
    asking = asking / temperature
    scores = asking @ candidates.T
    scores = scores.masked_fill_(sample[:, None] == candidate_sample, -torch.inf)
    negatives = scores.logsumexp(1, keepdim=True)
    positive = (asking[:, None] * positives).sum(2)
    return positive - torch.logaddexp(positive, negatives)
