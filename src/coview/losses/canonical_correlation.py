"""Canonical correlation: two views agree in each dimension, and dimensions say different things."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike, standardise
from coview.losses.precision import at_least_float32


@at_least_float32
def canonical_correlation(a: Tensor, b: Tensor, *, decorrelation: float = 1e-3) -> Tensor:
    """`|a - b| / N + decorrelation * (|I - A| + |I - B|)`: of standardised views, A and B the correlations within.

    Paper: From Canonical Correlation Analysis to Self-supervised Graph Neural Networks. Zhang, Wu, Yan, Wipf, Yu.
    NeurIPS 2021. https://arxiv.org/abs/2106.12484 has the squares of these lengths; this is the form of ParetoGNN's
    authors (https://github.com/jumxglhf/ParetoGNN), beside whose other losses the squares would be many times longer.

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
    if len(a) < 2:
        return (a + b).sum() * 0
    views = [standardise(view) for view in (a, b)]
    eye = torch.eye(a.shape[1], dtype=a.dtype, device=a.device)
    apart = torch.stack([(eye - view.T @ view / len(a)).norm() for view in views]).sum()
    return (views[0] - views[1]).norm() / len(a) + decorrelation * apart
