"""Alignment: how close two looks at one sample are."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def alignment(a: Tensor, b: Tensor, alpha: float = 2.0) -> float:
    """The mean of `|a_i - b_i|^alpha` of vectors brought to length 1: 0 where looks agree, 2 at right angles (alpha 2).

    Paper: Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere.
    Wang, Isola. ICML 2020. https://arxiv.org/abs/2005.10242

    Args:
        a: `(N, D)` one look at each sample.
        b: `(N, D)` another.
        alpha: the exponent.
    """
    gap = F.normalize(a.float(), dim=1) - F.normalize(b.float(), dim=1)
    return float(gap.norm(dim=1).pow(alpha).mean())
