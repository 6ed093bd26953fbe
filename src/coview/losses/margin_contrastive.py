"""The margin loss of CoLES: pairs of one entity close, the nearest of others at least a margin away."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import mean_rows, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def margin_contrastive(z: Tensor, entity: Tensor, *, margin: float = 0.5, negatives: int = 5) -> Tensor:
    """Looks at one entity are drawn together, each look's hardest negatives pushed apart.

    With d the distance of vectors brought to length 1 in here and H_i the `negatives` looks at other entities that are
    nearest to look i, the mean over looks i of
    `1/2 sum_{j of the same entity} d_ij^2 + sum_{j in H_i} max(0, margin - d_ij)^2`: every pair counted once.

    Paper: CoLES: Contrastive Learning for Event Sequences with Self-Supervision. Babaev, Ovsov, Kireev, Ivanova, Gusev,
    Nazarov, Tuzhilin. SIGMOD 2022. https://arxiv.org/abs/2002.08232 (sections 3.3 and 3.4; the sum where this has the
    mean); the loss itself: Dimensionality Reduction by Learning an Invariant Mapping. Hadsell, Chopra, LeCun. CVPR
    2006.

    Args:
        z: `(N, D)` looks.
        entity: `(N,)` int64, whom each is a look at.
        margin: in units of distance on the unit sphere, where 2 is the farthest.
        negatives: how many of the nearest others each look is pushed from.

    Returns:
        A scalar; 0 for no rows.
    """
    return mean_rows(margin_contrastive_rows(z, entity, z, entity, margin, negatives))


@at_least_float32
def margin_contrastive_rows(
    anchors: Tensor, anchor_entity: Tensor, candidates: Tensor, entity: Tensor, margin: float, negatives: int
) -> Tensor:
    """The margin loss of each anchor by itself; `by_rows` cuts the first two arguments.

    Args:
        anchors: `(n, D)`, some of the candidates.
        anchor_entity: `(n,)`.
        candidates: `(M, D)`, all looks.
        entity: `(M,)`.
        margin, negatives: as of `margin_contrastive`.

    Returns:
        `(n,)`, one loss an anchor.
    """
    squared = (2 - 2 * unit_rows(anchors) @ unit_rows(candidates).T).clamp_min(0)
    alike = anchor_entity[:, None] == entity
    pull = squared.masked_fill(~alike, 0).sum(1) / 2  # an anchor's distance to itself is 0
    # who is nearest has no gradient, how near has
    nearest = squared.detach().masked_fill(alike, torch.inf).topk(min(negatives, len(candidates)), largest=False)
    apart = squared.gather(1, nearest.indices).clamp_min(1e-8).sqrt()
    push = F.relu(margin - apart).square().masked_fill(nearest.values.isinf(), 0).sum(1)
    return pull + push
