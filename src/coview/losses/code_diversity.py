"""All codes of a codebook are used."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.precision import at_least_float32


@at_least_float32
def code_diversity(share: Tensor) -> Tensor:
    """The part of the codes that is not used: the mean over groups of `(K - exp(H)) / K`, H the entropy of the shares.

    Paper: wav2vec 2.0. Baevski, Zhou, Mohamed, Auli. NeurIPS 2020. https://arxiv.org/abs/2006.11477 (eq. 4; this is the
    form in the authors' code, whose gradient has the same sign).

    Args:
        share: `(G, K)`, how often each code of a group is used; each row adds up to 1.

    Returns:
        A scalar: 0 where all codes are used alike, 1 - 1/K where one alone is.
    """
    entropy = -torch.xlogy(share, share.clamp_min(1e-30)).sum(1)
    return (1 - entropy.exp() / share.shape[1]).mean()
