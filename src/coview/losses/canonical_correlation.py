"""Canonical correlation: two views agree in each dimension, and dimensions say different things."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike, standardise
from coview.losses.precision import at_least_float32


@at_least_float32
def canonical_correlation(a: Tensor, b: Tensor, *, decorrelation: float = 1e-3, of: int = 10_000) -> Tensor:
    """`|a - b| / sqrt(N of) + decorrelation (|I - A| + |I - B|)`, A and B the correlations within standardised views.

    Paper: From Canonical Correlation Analysis to Self-supervised Graph Neural Networks. Zhang, Wu, Yan, Wipf, Yu.
    NeurIPS 2021. https://arxiv.org/abs/2106.12484 has the squares of these lengths; this is the form of ParetoGNN's
    authors (https://github.com/jumxglhf/ParetoGNN), beside whose other losses the squares would be many times longer.
    Theirs divides the distance by N, so that it shrinks with the root of N where the correlations stay: of few rows it
    would outweigh them many times. Here it weighs at any N what theirs weighs at N = `of`, where both are the same.

    Args:
        a: `(N, D)` first view.
        b: `(N, D)` second view.
        decorrelation: the paper's lambda.
        of: rows at which both halves weigh what the authors' do (their batches: 1,500 to 100,000, most often 10,000).

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
    return (views[0] - views[1]).norm() / (len(a) * of) ** 0.5 + decorrelation * apart
