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
    node: Tensor,
    temperature: float,
) -> Tensor:
    """`-log( sum_j g_j exp(cos_j / t) / sum_k exp(cos_k / t) )` of each anchor, g its influences, for work in tiles.

    An anchor is no candidate of its own. A node is a candidate once, as in the paper, whose candidates are the nodes of
    one graph: of its rows the one among the T where there is one, else the first. `by_rows` cuts the first four
    arguments.

    Paper: SCGC: Self-Supervised Contrastive Graph Clustering. Kulatilleke, Portmann, Chandra. 2022.
    https://arxiv.org/abs/2204.12656 (its influence augmented contrastive loss, which multiplies by the temperature).

    Args:
        anchors: `(n, D)`.
        own: `(n,)` int64, which candidate each is.
        influence: `(n, T)` not negative, of T candidates that follow each other; 0 for the anchor itself.
        start: `(n,)` int64, the first of those.
        candidates: `(M, D)`.
        there: `(M,)` bool, which of them count.
        node: `(M,)` int64 from 0 to M - 1, which node each is; no two of the T are the same.
        temperature: t, in units of cosine similarity.

    Returns:
        `(n,)`; 0 where nobody has influence.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    logits = logits.masked_fill(~there, -torch.inf).scatter(1, own[:, None], -torch.inf)
    at = start[:, None] + torch.arange(influence.shape[1], device=start.device)
    near = logits.gather(1, at)
    logits = logits.masked_fill(_met_before(own, at, there, node), -torch.inf).scatter(1, at, near)
    counts = (influence > 0) & near.isfinite()
    weight = torch.where(counts, influence, 1.0).log()
    joined = (near.masked_fill(~counts, -1e30) + weight).logsumexp(1)
    some = counts.any(1)
    every = torch.where(some[:, None], logits, 0.0).logsumexp(1)  # of nobody the gradient would be NaN
    return torch.where(some, every - joined, 0.0)


def _met_before(own: Tensor, at: Tensor, there: Tensor, node: Tensor) -> Tensor:
    """Which candidates are a node that is among some chosen ones, or the same as an earlier candidate, `(n, M)` bool.

    Args:
        own: `(n,)` int64, candidates of which each is chosen.
        at: `(n, T)` int64, other chosen ones.
        there: `(M,)` bool, which candidates count; others are chosen by nobody.
        node: `(M,)` int64 from 0 to M - 1, which node each is.
    """
    place = torch.arange(len(node), device=node.device)
    first = torch.full_like(place, len(node)).scatter_reduce(0, node, place.where(there, len(node)), "amin")
    chosen = node[at].where(there[at], node[own][:, None])
    among = torch.zeros(len(own), len(node), dtype=torch.bool, device=node.device).scatter_(1, chosen, True)
    return among[:, node] | (first[node] != place)
