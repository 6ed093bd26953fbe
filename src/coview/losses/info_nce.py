"""InfoNCE: a row finds its partner among candidates."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, check_temperature, mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def info_nce(a: Tensor, b: Tensor, temperature: float | Tensor, *, negatives: Tensor | None = None) -> Tensor:
    """Each row of `a` finds its partner among the rows of `b`: cross entropy of cosine similarities.

    The mean over i of `-log( exp(a_i.b_i / t) / (sum_j exp(a_i.b_j / t) + sum_k exp(a_i.n_k / t)) )`, all vectors
    brought to length 1 in here. One direction only; `symmetric_info_nce` has both.

    Paper: Representation Learning with Contrastive Predictive Coding. van den Oord, Li, Vinyals. 2018.
    https://arxiv.org/abs/1807.03748 (eq. 4). With `negatives`: Momentum Contrast for Unsupervised Visual Representation
    Learning. He, Fan, Wu, Xie, Girshick. CVPR 2020. https://arxiv.org/abs/1911.05722 (eq. 1); MoCo itself has no
    negatives from the batch, that is `info_nce_rows` with a queue and one positive each.

    Args:
        a: `(N, D)`.
        b: `(N, D)`, row i the partner of `a`'s row i.
        temperature: t, in units of cosine similarity; a tensor may carry a gradient.
        negatives: `(K, D)` further candidates that are nobody's partner, such as a queue.

    Returns:
        A scalar; 0 for no rows, and 0 for one row without negatives (nothing to tell apart).

    Raises:
        ValueError: `a` and `b` differ in shape.
        UserError: a temperature that is not positive.
    """
    check_alike(a=a, b=b)
    candidates = b if negatives is None else torch.cat([b, negatives])
    return mean_rows(info_nce_rows(a, row_index(a), candidates, temperature))


@at_least_float32
def symmetric_info_nce(a: Tensor, b: Tensor, temperature: float | Tensor) -> Tensor:
    """InfoNCE in both directions, halved: the loss of CLIP.

    Paper: Learning Transferable Visual Models From Natural Language Supervision. Radford et al. ICML 2021.
    https://arxiv.org/abs/2103.00020 (figure 3; its logit scale is 1 / temperature).

    Args:
        a: `(N, D)`.
        b: `(N, D)`, row i the partner of `a`'s row i.
        temperature: in units of cosine similarity; a tensor may carry a gradient.

    Returns:
        A scalar; 0 for no rows and for one row.

    Raises:
        ValueError: `a` and `b` differ in shape.
        UserError: a temperature that is not positive.
    """
    return (info_nce(a, b, temperature) + info_nce(b, a, temperature)) / 2


@at_least_float32
def info_nce_rows(anchors: Tensor, positive_index: Tensor, candidates: Tensor, temperature: float | Tensor) -> Tensor:
    """InfoNCE of each anchor by itself, for row by row work in tiles: `by_rows` cuts the first two arguments.

    Args:
        anchors: `(n, D)`.
        positive_index: `(n,)` which candidate is the anchor's partner.
        candidates: `(M, D)`.
        temperature: in units of cosine similarity; a tensor may carry a gradient.

    Returns:
        `(n,)`, one loss an anchor; `info_nce` is their mean.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    # dividing the anchors, not the logits, spares one (n, M) matrix
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    return F.cross_entropy(logits, positive_index, reduction="none")
