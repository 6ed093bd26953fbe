"""The sigmoid loss of SigLIP: every pair is judged by itself."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def pairwise_sigmoid(a: Tensor, b: Tensor, logit_scale: float | Tensor, logit_bias: float | Tensor) -> Tensor:
    """Each of the N x N pairs is judged by itself: partners or not.

    `-1/N sum_i sum_j log sigmoid( y_ij (s a_i.b_j + c) )` with y = 1 for partners and -1 for all others, scale s and
    bias c, vectors brought to length 1 in here. No row is normalised over its candidates, unlike `info_nce`.

    Paper: Sigmoid Loss for Language Image Pre-Training. Zhai, Mustafa, Kolesnikov, Beyer. ICCV 2023.
    https://arxiv.org/abs/2303.15343 (eq. in section 3.2; it starts from s = 10, c = -10 and learns log s and c).

    Args:
        a: `(N, D)`.
        b: `(N, D)`, row i the partner of `a`'s row i.
        logit_scale: s, the scale itself and not its logarithm; a tensor may carry a gradient.
        logit_bias: c; a tensor may carry a gradient.

    Returns:
        A scalar; 0 for no rows. One row has its positive pair only.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    check_alike(a=a, b=b)
    return mean_rows(pairwise_sigmoid_rows(a, row_index(a), b, logit_scale, logit_bias))


@at_least_float32
def pairwise_sigmoid_rows(
    anchors: Tensor,
    positive_index: Tensor,
    candidates: Tensor,
    logit_scale: float | Tensor,
    logit_bias: float | Tensor,
) -> Tensor:
    """The sigmoid loss of each anchor by itself, summed over its candidates; `by_rows` cuts the first two arguments.

    Args:
        anchors: `(n, D)`.
        positive_index: `(n,)` which candidate is the anchor's partner.
        candidates: `(M, D)`.
        logit_scale: the scale itself and not its logarithm.
        logit_bias: added to every logit.

    Returns:
        `(n,)`, one loss an anchor; `pairwise_sigmoid` is their mean.
    """
    logits = (unit_rows(anchors) * logit_scale) @ unit_rows(candidates).T + logit_bias
    sign = torch.full_like(logits, -1).scatter_(1, positive_index[:, None], 1.0)
    return -F.logsigmoid(sign * logits).sum(1)
