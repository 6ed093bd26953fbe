"""A contrast whose negatives weigh differently: ColloSSL's loss over devices."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def weighted_contrastive_rows(
    anchors: Tensor, partners: Tensor, own: Tensor, candidates: Tensor, sample: Tensor, view: Tensor, weight: Tensor,
    temperature: float | Tensor,
) -> Tensor:  # fmt: skip
    """An anchor finds its partner among candidates of other samples, whose views weigh differently.

    `-log( exp(s_i) / (exp(s_i) + sum_v w_v mean_j exp(s_ij)) )`, s cosines over the temperature, the mean over the
    candidates of view v that are of another sample than the anchor.

    Paper: ColloSSL: Collaborative Self-Supervised Learning for Human Activity Recognition. Jain, Tang, Min, Kawsar,
    Mathur. IMWUT 2022. https://arxiv.org/abs/2202.00758 (Multi-view Contrastive Loss with one positive device, whose
    weight is 1); `by_rows` cuts the first three arguments.

    Args:
        anchors: `(n, D)`.
        partners: `(n, D)`, one each, no candidate of anybody else.
        own: `(n,)` the anchors' samples.
        candidates: `(M, D)`.
        sample: `(M,)` whose each candidate is.
        view: `(M,)` int64, which view each candidate is.
        weight: `(V,)` of the views, at least 0.
        temperature: in units of cosine similarity.

    Returns:
        `(n,)`.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    anchors = unit_rows(anchors) / temperature
    own_logit = (anchors * unit_rows(partners)).sum(1)
    other = own[:, None] != sample
    count = other.to(weight.dtype) @ F.one_hot(view, len(weight)).to(weight.dtype)  # (n, V)
    shared = (weight / count.clamp_min(1))[:, view].masked_fill(~other, 0)
    others = anchors @ unit_rows(candidates).T + shared.log()
    return torch.cat([own_logit[:, None], others], 1).logsumexp(1) - own_logit
