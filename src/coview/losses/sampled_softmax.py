"""Softmax over the items of a batch, corrected for how often each is in one."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def sampled_softmax_rows(
    queries: Tensor,
    own: Tensor,
    items: Tensor,
    item: Tensor,
    log_share: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """Each query finds its item among those of the batch, as it would among all items.

    `-log( exp(s_ii) / sum_j exp(s_ij) )` with `s_ij = cos(q_i, x_j) / t - log p_j`, p_j how likely item j is in a
    batch: what is often there counts for less as a wrong answer. The same item met elsewhere in the batch is none and
    is left out.

    Paper: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations. Yi, Yang, Hong, Cheng, Heldt,
    Kumthekar, Zhao, Wei, Chi. RecSys 2019. https://doi.org/10.1145/3298689.3346996 (section 3.2; there the same item
    stays).

    Args:
        queries: `(n, D)`.
        own: `(n,)` int64, which row of `items` is the query's.
        items: `(M, D)`.
        item: `(M,)` int64, who each is.
        log_share: `(M,)`, log p.
        temperature: t, in units of cosine similarity.

    Returns:
        `(n,)`.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(queries) / temperature) @ unit_rows(items).T - log_share
    again = (item[own][:, None] == item) & (torch.arange(len(item), device=item.device) != own[:, None])
    return F.cross_entropy(logits.masked_fill(again, -torch.inf), own, reduction="none")


@at_least_float32
def even_info_nce_rows(
    anchors: Tensor, own: Tensor, candidates: Tensor, log_share: Tensor, temperature: float | Tensor
) -> Tensor:
    """InfoNCE of a batch that holds some things more often than others, as of one that is drawn evenly.

    `-log( exp(s_ii) / (exp(s_ii) + (M - 1) sum_{j != i} w_ij exp(s_ij)) )` with s cosines over t and
    `w_ij = (1 / p_j) / sum_{k != i} 1 / p_k`: the other candidates weigh one by how likely each is in a batch, and
    M - 1 together; its own, which is there whenever it asks, weighs 1.

    Source: importance weights of `info_nce_rows`, for batches that Self-supervised Learning for Large-scale Item
    Recommendations (Yao et al. CIKM 2021, https://arxiv.org/abs/2007.12865) draws evenly.

    Args:
        anchors: `(n, D)`.
        own: `(n,)` int64, which candidate is the anchor's.
        candidates: `(M, D)`, of M different things.
        log_share: `(M,)`, log p.
        temperature: t, in units of cosine similarity.

    Returns:
        `(n,)`.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    asks = torch.arange(len(candidates), device=own.device) == own[:, None]
    rare = (-log_share).expand_as(logits).masked_fill(asks, -torch.inf)
    weight = rare - rare.logsumexp(1, keepdim=True) + math.log(max(len(candidates) - 1, 1))
    return F.cross_entropy(logits + weight.masked_fill(asks, 0), own, reduction="none")
