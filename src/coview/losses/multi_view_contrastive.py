"""A contrast whose negatives weigh differently: ColloSSL's loss over devices."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def weighted_contrastive_rows(
    anchors: Tensor, partners: Tensor, own: Tensor, candidates: Tensor, sample: Tensor, weight: Tensor,
    temperature: float | Tensor,
) -> Tensor:  # fmt: skip
    """An anchor finds its partner among candidates of other samples, each with a weight.

    `-log( exp(s_i) / (exp(s_i) + sum_{j of another sample} w_j exp(s_ij)) )`, s cosines over the temperature.

    Paper: ColloSSL: Collaborative Self-Supervised Learning for Human Activity Recognition. Jain, Tang, Min, Kawsar,
    Mathur. IMWUT 2022. https://arxiv.org/abs/2202.00758 (Multi-view Contrastive Loss with one positive device, whose
    weight is 1); `by_rows` cuts the first three arguments.

    Args:
        anchors: `(n, D)`.
        partners: `(n, D)`, one each, no candidate of anybody else.
        own: `(n,)` the anchors' samples.
        candidates: `(M, D)`.
        sample: `(M,)` whose each candidate is.
        weight: `(M,)`, above 0.
        temperature: in units of cosine similarity.

    Returns:
        `(n,)`.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    anchors = unit_rows(anchors) / temperature
    own_logit = (anchors * unit_rows(partners)).sum(1)
    others = anchors @ unit_rows(candidates).T + weight.log()
    others = others.masked_fill(own[:, None] == sample, -torch.inf)
    return torch.cat([own_logit[:, None], others], 1).logsumexp(1) - own_logit
