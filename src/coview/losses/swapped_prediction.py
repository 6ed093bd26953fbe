"""Swapped prediction and self-distillation share this: one view's distribution predicted from the other views."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_temperature, mean_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def swapped_prediction(scores: Tensor, assignments: Tensor, temperature: float = 0.1) -> Tensor:
    """Each view predicts the cluster assignment of the other views of its sample.

    The mean over samples, assigned views a and views v != a of `-sum_k q_ak log softmax(scores_v / t)_k`.

    Paper: Unsupervised Learning of Visual Features by Contrasting Cluster Assignments. Caron, Misra, Mairal, Goyal,
    Bojanowski, Joulin. NeurIPS 2020. https://arxiv.org/abs/2006.09882 (eq. 1, 2 and 6).

    Args:
        scores: `(N, V, K)` similarities of V views with K prototypes.
        assignments: `(N, A, K)` distributions over prototypes of the first A <= V views (`sinkhorn`, without gradient).
        temperature: t, in units of a score.

    Returns:
        A scalar; 0 for no samples.

    Raises:
        ValueError: shapes that do not fit, or no two different views.
        UserError: a temperature that is not positive.
    """
    return mean_rows(swapped_prediction_rows(scores, assignments, temperature))


@at_least_float32
def swapped_prediction_rows(scores: Tensor, assignments: Tensor, temperature: float = 0.1) -> Tensor:
    """`swapped_prediction` of each sample by itself: `(N,)`; `by_rows` cuts the first two arguments."""
    check_temperature(temperature)
    return cross_view_cross_entropy(scores / temperature, assignments)


@at_least_float32
def cross_view_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """The cross entropy of one view's distribution given another view's logits, over pairs of different views.

    The common part of `swapped_prediction` and `self_distillation`.

    Args:
        logits: `(N, V, K)`.
        target: `(N, A, K)` distributions; `target[:, i]` and `logits[:, i]` are of the same view and do not meet.

    Returns:
        `(N,)` per sample, the mean over its pairs.

    Raises:
        ValueError: unequal N or K, or no two different views.
    """
    if logits.ndim != 3 or target.ndim != 3 or logits.shape[::2] != target.shape[::2]:
        raise ValueError(
            f"logits {tuple(logits.shape)} and target {tuple(target.shape)} must be (N, V, K) and (N, A, K)"
        )
    v, a = logits.shape[1], target.shape[1]
    pairs = v * a - min(v, a)
    if pairs == 0:
        raise ValueError(f"{v} predicting and {a} predicted views were given; at least two different views are needed")
    entropies = -torch.einsum("nvk,nak->nva", logits.log_softmax(2), target)
    return (entropies.sum((1, 2)) - entropies.diagonal(dim1=1, dim2=2).sum(1)) / pairs
