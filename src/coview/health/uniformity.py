"""Uniformity: how evenly vectors cover the sphere."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def uniformity(z: Tensor, t: float = 2.0) -> float:
    """`log mean exp(-t |z_i - z_j|^2)` over pairs of vectors of length 1: 0 if all are one, about -2t if spread.

    Paper: Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere.
    Wang, Isola. ICML 2020. https://arxiv.org/abs/2005.10242

    Args:
        z: `(N, D)`, brought to length 1 in here.
        t: the kernel's sharpness.

    Returns:
        0 where there is no pair.
    """
    if len(z) < 2:
        return 0.0
    squared = torch.pdist(F.normalize(z.float(), dim=1)).square()
    return float(squared.mul(-t).exp().mean().log())
