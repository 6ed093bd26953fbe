"""Maximum mean discrepancy: how far two sets of samples are from one distribution."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.precision import at_least_float32


@at_least_float32
def mean_discrepancy(a: Tensor, b: Tensor) -> Tensor:
    """The squared distance of the two sets' means in the space of a Gaussian kernel.

    `mean k(a_i, a_j) + mean k(b_i, b_j) - 2 mean k(a_i, b_j)` over all pairs, `k(x, y) = exp(-|x - y|^2 / h)` with h
    the mean squared distance of the joined sets.

    Paper: A Kernel Two-Sample Test. Gretton, Borgwardt, Rasch, Schoelkopf, Smola. JMLR 2012.
    https://jmlr.org/papers/v13/gretton12a.html (eq. 5, the biased estimate).

    Args:
        a: `(N, D)`, N >= 1.
        b: `(M, D)`, M >= 1.

    Returns:
        A scalar, at least 0; 0 for equal sets.
    """
    both = torch.cat([a, b])
    both = both - both.mean(0)  # less is lost in the difference of squares
    square = both.square().sum(1)
    apart = (square[:, None] + square - 2 * both @ both.T).clamp_min(0)
    kernel = (-apart / apart.mean().clamp_min(torch.finfo(apart.dtype).tiny)).exp()
    n = len(a)
    return (kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * kernel[:n, n:].mean()).clamp_min(0)
