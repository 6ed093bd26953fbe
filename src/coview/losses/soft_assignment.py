"""Soft assignments to centres, and what they are sharpened towards: deep embedded clustering."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.precision import at_least_float32


@at_least_float32
def student_t_assignment(rows: Tensor, centres: Tensor) -> Tensor:
    """Shares `1 / (1 + |z - c|^2)` of each centre, brought to sum 1: Student's t with one degree of freedom.

    Paper: Unsupervised Deep Embedding for Clustering Analysis. Xie, Girshick, Farhadi. ICML 2016.
    https://arxiv.org/abs/1511.06335 (eq. 1).

    Args:
        rows: `(N, D)`.
        centres: `(K, D)`.

    Returns:
        `(N, K)`.
    """
    near = 1 / (1 + (rows[:, None] - centres).square().sum(2))
    return near / near.sum(1, keepdim=True)


@at_least_float32
@torch.no_grad()
def sharpened(shares: Tensor) -> Tensor:
    """Targets `q^2 / f` brought to sum 1, f a cluster's total: sure assignments weigh more, large clusters less.

    Source: the paper of `student_t_assignment` (eq. 3).

    Args:
        shares: `(N, K)` q.

    Returns:
        `(N, K)`, without gradient.
    """
    weight = shares.square() / shares.sum(0).clamp_min(1e-30)
    return weight / weight.sum(1, keepdim=True).clamp_min(1e-30)
