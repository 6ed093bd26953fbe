"""Similarity of two token sequences by the products of all their tokens: DenseAV's aggregation."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.precision import at_least_float32
from coview.modalities.base import present_mean
from coview.nn.tokens import take


@at_least_float32
def own_volume(places: Tensor, moments: Tensor) -> Tensor:
    """Inner products of every place with every moment of the same sample, head by head.

    Args:
        places: `(B, S, K, C)`, K heads of C features.
        moments: `(B, T, K, C)`.

    Returns:
        `(B, K, S, T)`.
    """
    return torch.einsum("bskc,btkc->bkst", places, moments)


@at_least_float32
def dense_similarity(places: Tensor, there: Tensor, moments: Tensor, heard: Tensor) -> Tensor:
    """Each of N samples against each of M: at every moment the best place of the best head, averaged over moments.

    `S_nm = mean_t max_{k, s} p_nsk . q_mtk`.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (with `max_elementwise` and `misa` of its
    code).

    Args:
        places: `(N, S, K, C)`.
        there: `(N, S)` bool, at least one in each row.
        moments: `(M, T, K, C)`.
        heard: `(M, T)` bool, at least one in each row.

    Returns:
        `(N, M)`.
    """
    products = torch.einsum("nskc,mtkc->nmtks", places, moments)
    if not there.all():
        products = products.masked_fill(~there[:, None, None, None], float("-inf"))
    return over_moments(products.amax((3, 4)), heard)


@at_least_float32
def pooled_similarity(places: Tensor, there: Tensor, moments: Tensor, heard: Tensor) -> Tensor:
    """Each of N samples against each of M by their means: the product of mean place and mean moment, all heads added.

    Arguments and result are those of `dense_similarity`.
    """
    return present_mean(places, there).flatten(1) @ present_mean(moments, heard).flatten(1).T


def over_moments(values: Tensor, heard: Tensor) -> Tensor:
    """The mean over moments that are there: `(N, ..., T)`, `(M, T)` bool with M broadcast -> `(N, ...)`."""
    return (values * heard).sum(-1) / heard.sum(-1).clamp_min(1)


@at_least_float32
def some_products(places: Tensor, there: Tensor, moments: Tensor, heard: Tensor, at: Tensor) -> Tensor:
    """Products of drawn places with drawn moments of all samples, head by head.

    Args:
        places, there, moments, heard: of N samples, as of `dense_similarity`; what is there comes first.
        at: `(N, 2, Q)` uniform in [0, 1): which Q places and which Q moments of each sample.

    Returns:
        `(N * Q, N * Q, K)`.
    """
    drawn = [
        take(tokens, (at[:, i] * valid.sum(1, keepdim=True)).long()).flatten(0, 1)
        for i, (tokens, valid) in enumerate(((places, there), (moments, heard)))
    ]
    return torch.einsum("akc,bkc->abk", *drawn)
