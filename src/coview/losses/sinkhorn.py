"""Sinkhorn-Knopp: samples shared out among prototypes."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.errors import UserError
from coview.losses.precision import at_least_float32


@torch.no_grad()
@at_least_float32
def sinkhorn(
    scores: Tensor, *, epsilon: float = 0.05, iterations: int = 3, prototype_share: Tensor | None = None
) -> Tensor:
    """Assigns samples softly to prototypes so that every prototype gets its share. No gradient.

    `iterations` times: scale `exp(scores / epsilon)` so that each prototype's total is its share, then so that each
    sample's total is 1. Computed on logarithms: no score overflows.

    Paper: Unsupervised Learning of Visual Features by Contrasting Cluster Assignments. Caron, Misra, Mairal, Goyal,
    Bojanowski, Joulin. NeurIPS 2020. https://arxiv.org/abs/2006.09882 (eq. 3 to 5); Sinkhorn Distances: Lightspeed
    Computation of Optimal Transport. Cuturi. NeurIPS 2013. https://arxiv.org/abs/1306.0895

    Args:
        scores: `(N, K)` similarities of samples and prototypes.
        epsilon: smoothness in units of a score; small is near to a hard assignment.
        iterations: rounds; the samples' totals are exact after each, the prototypes' in the limit.
        prototype_share: `(K,)` share of the samples that each prototype should get, positive; brought to sum 1 in here.
            Even when None.

    Returns:
        `(N, K)`, rows sum to 1.

    Raises:
        UserError: epsilon not positive, or no iteration.
    """
    potentials = sinkhorn_potentials(scores, epsilon=epsilon, iterations=iterations, prototype_share=prototype_share)
    return (scores / epsilon + potentials).softmax(1)


@torch.no_grad()
@at_least_float32
def sinkhorn_potentials(
    scores: Tensor, *, epsilon: float = 0.05, iterations: int = 3, prototype_share: Tensor | None = None
) -> Tensor:
    """What Sinkhorn-Knopp adds to each prototype's logit: `sinkhorn` is `softmax(scores / epsilon + potentials)`.

    Enough to assign any rows, tile by tile, without a second matrix of all of them. No gradient.

    Args:
        scores: `(N, K)`.
        epsilon: smoothness in units of a score.
        iterations: rounds.
        prototype_share: `(K,)` as in `sinkhorn`.

    Returns:
        `(K,)`; zeros for no rows.

    Raises:
        UserError: epsilon not positive, or no iteration.
    """
    if not epsilon > 0 or iterations < 1:
        raise UserError(f"sinkhorn needs epsilon > 0 and at least 1 iteration; it was given {epsilon} and {iterations}")
    n, k = scores.shape
    if n == 0:
        return scores.new_zeros(k)
    share = scores.new_full((k,), 1 / k) if prototype_share is None else prototype_share / prototype_share.sum()
    logits = scores / epsilon
    sample, potentials = scores.new_zeros(n, 1), scores.new_zeros(k)
    for _ in range(iterations):
        potentials = (share * n).log() - (logits + sample).logsumexp(0)
        sample = -(logits + potentials).logsumexp(1, keepdim=True)
    return potentials
