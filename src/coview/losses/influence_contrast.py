"""Influence contrast: a node finds those it is influenced by, however far, among all."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def influence_contrast_rows(
    anchors: Tensor,
    own: Tensor,
    influence: Tensor,
    start: Tensor,
    candidates: Tensor,
    there: Tensor,
    temperature: float,
) -> Tensor:
    """`-log( sum_j g_j exp(cos_j / t) / sum_k exp(cos_k / t) )` of each anchor, g its influences, for work in tiles.

    An anchor is no candidate of its own. `by_rows` cuts the first four arguments.

    Paper: SCGC: Self-Supervised Contrastive Graph Clustering. Kulatilleke, Portmann, Chandra. 2022.
    https://arxiv.org/abs/2204.12656 (its influence augmented contrastive loss, which multiplies by the temperature).

    Args:
        anchors: `(n, D)`.
        own: `(n,)` int64, which candidate each is.
        influence: `(n, T)` not negative, of T candidates that follow each other; 0 for the anchor itself.
        start: `(n,)` int64, the first of those.
        candidates: `(M, D)`.
        there: `(M,)` bool, which of them count.
        temperature: t, in units of cosine similarity.

    Returns:
        `(n,)`; 0 where nobody has influence.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    logits = logits.masked_fill(~there, -torch.inf).scatter(1, own[:, None], -torch.inf)
    beside = torch.arange(influence.shape[1], device=start.device)
    near = logits.gather(1, start[:, None] + beside)
    counts = (influence > 0) & near.isfinite()
    weight = torch.where(counts, influence, 1.0).log()
    joined = (near.masked_fill(~counts, -1e30) + weight).logsumexp(1)
    some = counts.any(1)
    every = torch.where(some[:, None], logits, 0.0).logsumexp(1)  # of nobody the gradient would be NaN
    return torch.where(some, every - joined, 0.0)
