"""Canonical correlation: two views agree in each dimension, and dimensions say different things."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.cross_correlation import cross_correlation_matrix
from coview.losses.parts import check_alike, from_diagonal
from coview.losses.precision import at_least_float32


@at_least_float32
def canonical_correlation(a: Tensor, b: Tensor, *, decorrelation: float = 1e-3) -> Tensor:
    """`sum_d (1 - C_dd) + decorrelation * (|I - A|^2 + |I - B|^2)`, with C the correlations across and A, B within.

    Paper: From Canonical Correlation Analysis to Self-supervised Graph Neural Networks. Zhang, Wu, Yan, Wipf, Yu.
    NeurIPS 2021. https://arxiv.org/abs/2106.12484 (eq. 4 and 5, as the authors' code divides by the number of rows).

    Args:
        a: `(N, D)` first view.
        b: `(N, D)` second view.
        decorrelation: the paper's lambda.

    Returns:
        A scalar; 0 for fewer than two rows, which have no correlation.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    check_alike(a=a, b=b)
    across, *within = (cross_correlation_matrix(x, y) for x, y in ((a, b), (a, a), (b, b)))
    if len(a) < 2:
        return across.sum() * 0
    apart = torch.stack([from_diagonal(matrix, 1.0, 1.0) for matrix in within]).sum()
    return (1 - across.diagonal()).sum() + decorrelation * apart
