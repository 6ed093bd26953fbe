"""Effective rank: how many directions vectors really use."""

from __future__ import annotations

import torch
from torch import Tensor


def singular_values(z: Tensor) -> Tensor:
    """The `min(N, D)` singular values of `z (N, D)`, largest first, float64.

    Of the smaller Gram matrix, several times faster than by decomposing z; those under 1e-8 of the largest are noise.
    """
    z = z.detach().double()
    gram = z @ z.T if len(z) <= z.shape[1] else z.T @ z
    return torch.linalg.eigvalsh(gram).clamp_min(0).sqrt().flip(0)


def rankme(z: Tensor, epsilon: float = 1e-7) -> float:
    """RankMe: the exponential of the entropy of the singular values, from 1 to `min(N, D)`; 0 where all is zero.

    `exp(-sum_k p_k log p_k)` with `p_k = s_k / sum_j s_j + epsilon`. As published it does not centre: vectors that
    share a large mean have a low rank however they vary. Centre first to measure what varies.

    Paper: RankMe: Assessing the Downstream Performance of Pretrained Self-Supervised Representations by Their Rank.
    Garrido, Balestriero, Najman, LeCun. ICML 2023. https://arxiv.org/abs/2210.02885 (eq. 1, 2).

    Args:
        z: `(N, D)`, finite.
        epsilon: the paper's, for float32 vectors.
    """
    return spectrum_rank(singular_values(z), epsilon)


def spectrum_rank(s: Tensor, epsilon: float = 1e-7) -> float:
    """RankMe of vectors whose singular values are `s`."""
    total = s.sum()
    if total == 0:
        return 0.0
    p = s / total + epsilon
    return float(torch.exp(-(p * p.log()).sum()))


def spectrum_participation(s: Tensor) -> float:
    """The participation ratio of centred vectors with singular values `s`: how many directions share the variance.

    `(sum_k v_k)^2 / sum_k v_k^2` with `v_k = s_k^2`, the covariance's eigenvalues; 0 where nothing varies.
    """
    power = s.square()
    return float(power.sum().square() / power.square().sum()) if power[0] > 0 else 0.0
