"""VICReg: agree, stay spread, say different things."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, off_diagonal
from coview.losses.precision import at_least_float32


@at_least_float32
def vicreg(
    a: Tensor,
    b: Tensor,
    *,
    invariance_weight: float = 25.0,
    variance_weight: float = 25.0,
    covariance_weight: float = 1.0,
) -> Tensor:
    """Variance-invariance-covariance regularisation of two views.

    `invariance_weight * invariance(a, b) + variance_weight * (variance(a) + variance(b)) / 2
    + covariance_weight * (covariance(a) + covariance(b))`. The variance is halved as in the authors' code, not as in
    the paper's eq. 6, so that the usual weights 25, 25, 1 mean what they mean there.

    Paper: VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning. Bardes, Ponce, LeCun.
    ICLR 2022. https://arxiv.org/abs/2105.04906 (authors' code: facebookresearch/vicreg).

    Args:
        a: `(N, D)` first view, not normalised.
        b: `(N, D)` second view.
        invariance_weight: the paper's lambda.
        variance_weight: the paper's mu.
        covariance_weight: the paper's nu.

    Returns:
        A scalar; 0 for no rows. One row has its invariance only.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    return (
        invariance_weight * invariance(a, b)
        + variance_weight * (variance(a) + variance(b)) / 2
        + covariance_weight * (covariance(a) + covariance(b))
    )


@at_least_float32
def invariance(a: Tensor, b: Tensor) -> Tensor:
    """The mean squared difference of two views `(N, D)` over rows and dimensions: a scalar, 0 for no rows.

    Paper: VICReg (eq. 5, divided by D as in the authors' code). https://arxiv.org/abs/2105.04906

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    check_alike(a=a, b=b)
    return (a - b).square().sum() / max(a.numel(), 1)


@at_least_float32
def variance(z: Tensor, *, target: float = 1.0, epsilon: float = 1e-4) -> Tensor:
    """How far the spread of each dimension falls short of `target`: the mean over D of `relu(target - std)`.

    Paper: VICReg (eq. 1 and 2). https://arxiv.org/abs/2105.04906

    Args:
        z: `(N, D)`.
        target: standard deviation wanted, in units of z.
        epsilon: added to the (unbiased) variance under the root, where the root's slope is infinite at 0.

    Returns:
        A scalar; 0 for fewer than two rows, which have no spread to speak of.
    """
    if len(z) < 2:
        return z.sum() * 0
    return F.relu(target - (z.var(0) + epsilon).sqrt()).mean()


@at_least_float32
def covariance(z: Tensor) -> Tensor:
    """How much dimensions repeat each other: squared covariances off the diagonal, summed and divided by D.

    Paper: VICReg (eq. 3 and 4). https://arxiv.org/abs/2105.04906

    Args:
        z: `(N, D)`.

    Returns:
        A scalar; 0 for fewer than two rows.
    """
    if len(z) < 2:
        return z.sum() * 0
    centred = z - z.mean(0)
    matrix = centred.T @ centred / (len(z) - 1)
    return off_diagonal(matrix).square().sum() / z.shape[1]
