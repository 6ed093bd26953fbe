"""Redundancy reduction by the cross-correlation of two views: Barlow Twins, and its mixed samples."""

from __future__ import annotations

from torch import Tensor

from coview.losses.parts import check_alike, from_diagonal, standardise
from coview.losses.precision import at_least_float32


@at_least_float32
def cross_correlation(a: Tensor, b: Tensor, *, redundancy_weight: float = 5e-3) -> Tensor:
    """The cross-correlation of two views, pushed to the identity.

    `sum_d (1 - C_dd)^2 + redundancy_weight * sum_{d != e} C_de^2` with C of `cross_correlation_matrix`.

    Paper: Barlow Twins: Self-Supervised Learning via Redundancy Reduction. Zbontar, Jing, Misra, LeCun, Deny.
    ICML 2021. https://arxiv.org/abs/2103.03230 (eq. 1).

    Args:
        a: `(N, D)` first view.
        b: `(N, D)` second view.
        redundancy_weight: the paper's lambda.

    Returns:
        A scalar; 0 for fewer than two rows, which have no correlation.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    matrix = cross_correlation_matrix(a, b)
    if len(a) < 2:
        return matrix.sum() * 0
    return from_diagonal(matrix, 1.0, redundancy_weight)


@at_least_float32
def mixed_cross_correlation(mixed: Tensor, a: Tensor, b: Tensor, partner: Tensor, share: float | Tensor) -> Tensor:
    """A mixed input should correlate with both views as the mixture of its sources' features does.

    With standardised features, `m_i = share a_i + (1 - share) b_partner(i)` what linear interpolation implies, and
    C(x, y) = `x.T y / N`: the sum of squared entries of `C(mixed, a) - C(m, a)` and of `C(mixed, b) - C(m, b)`. The
    authors' scripts weigh it by Barlow's redundancy weight times 2 to 5.

    Paper: Guarding Barlow Twins Against Overfitting with Mixed Samples. Bandara, De Melo, Patel. 2023.
    https://arxiv.org/abs/2312.02151 (authors' code: wgcban/mix-bt).

    Args:
        mixed: `(N, D)` features of the inputs `share * view_a + (1 - share) * view_b[partner]`.
        a: `(N, D)` features of the first view.
        b: `(N, D)` features of the second view.
        partner: `(N,)` int64, whose second view each input was mixed with.
        share: the first view's share, from 0 to 1: a number, or `(N, 1)` where it differs by sample.

    Returns:
        A scalar; 0 for fewer than two rows.

    Raises:
        ValueError: `mixed`, `a` and `b` differ in shape.
    """
    check_alike(mixed=mixed, a=a, b=b)
    if len(a) < 2:
        return (mixed + a + b).sum() * 0
    mixed, a, b = standardise(mixed), standardise(a), standardise(b)
    off = mixed - (share * a + (1 - share) * b[partner])  # correlation is linear: one product for each difference
    return sum(((off.T @ view / len(view)).square().sum() for view in (a, b)), start=off.new_zeros(()))


@at_least_float32
def cross_correlation_matrix(a: Tensor, b: Tensor) -> Tensor:
    """The correlation over rows of each dimension of `a` with each of `b`.

    Paper: Barlow Twins (eq. 2). https://arxiv.org/abs/2103.03230

    Args:
        a: `(N, D)`.
        b: `(N, D)`.

    Returns:
        `(D, D)`, from -1 to 1; zero for fewer than two rows and where a dimension does not vary.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    check_alike(a=a, b=b)
    return standardise(a).T @ standardise(b) / max(len(a), 1)
