"""Parts of one whole find each other among the parts of others."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_temperature, has_partner, mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def group_contrastive(z: Tensor, group: Tensor, temperature: float | Tensor) -> Tensor:
    """The mean over samples that have a partner of the mean over partners j of `-log( exp(s_ij) / sum_k exp(s_ik) )`.

    Partners are the other samples of i's group, s cosines over the temperature, k all samples but i itself.

    Papers: Supervised Contrastive Learning. Khosla et al. NeurIPS 2020. https://arxiv.org/abs/2004.11362 (eq. 2, with
    classes for groups); Contrast Everything. Wang et al. NeurIPS 2023. https://arxiv.org/abs/2310.14017 (trial and
    patient level; in its code i itself, in another pass of dropout, is among the k).

    Args:
        z: `(N, D)`.
        group: `(N,)` int64.
        temperature: in units of cosine similarity; a tensor may carry a gradient.

    Returns:
        A scalar; 0 where nobody has a partner.

    Raises:
        UserError: a temperature that is not positive.
    """
    own = row_index(z)[has_partner(group)]
    return mean_rows(group_contrastive_rows(z[own], own, z, group, temperature))


@at_least_float32
def group_contrastive_rows(
    anchors: Tensor, own_index: Tensor, candidates: Tensor, group: Tensor, temperature: float | Tensor
) -> Tensor:
    """The loss of each anchor by itself; `by_rows` cuts the first two arguments.

    Args:
        anchors: `(n, D)`, some of the candidates, each with a partner among them (see `group_contrastive`).
        own_index: `(n,)` which candidate is the anchor itself.
        candidates: `(M, D)`.
        group: `(M,)` int64, of the candidates.
        temperature: in units of cosine similarity.

    Returns:
        `(n,)`.
    """
    check_temperature(temperature)
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    itself = torch.zeros_like(logits, dtype=torch.bool).scatter_(1, own_index[:, None], True)
    told = -logits.masked_fill(itself, -torch.inf).log_softmax(1)
    partners = (group[own_index][:, None] == group) & ~itself
    return told.masked_fill(~partners, 0).sum(1) / partners.sum(1).clamp_min(1)
