"""NT-Xent: the normalised temperature-scaled cross entropy of SimCLR."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, check_temperature, mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def nt_xent(a: Tensor, b: Tensor, temperature: float | Tensor) -> Tensor:
    """Each of the 2N looks finds its partner among the 2N - 1 others.

    The mean over all looks i with partner j of `-log( exp(z_i.z_j / t) / sum_{k != i} exp(z_i.z_k / t) )`, vectors
    brought to length 1 in here. Unlike `symmetric_info_nce`, looks of the same side are negatives too.

    Paper: A Simple Framework for Contrastive Learning of Visual Representations. Chen, Kornblith, Norouzi, Hinton.
    ICML 2020. https://arxiv.org/abs/2002.05709 (eq. 1).

    Args:
        a: `(N, D)` first look at each sample.
        b: `(N, D)` second look.
        temperature: t, in units of cosine similarity; a tensor may carry a gradient.

    Returns:
        A scalar; 0 for no samples and for one sample (its partner is the only candidate).

    Raises:
        ValueError: `a` and `b` differ in shape.
        UserError: a temperature that is not positive.
    """
    check_alike(a=a, b=b)
    looks = torch.cat([a, b])
    own = row_index(looks)
    return mean_rows(nt_xent_rows(looks, own.roll(len(a)), looks, own, temperature))


@at_least_float32
def nt_xent_rows(
    anchors: Tensor, positive_index: Tensor, candidates: Tensor, own_index: Tensor, temperature: float | Tensor
) -> Tensor:
    """NT-Xent of each anchor by itself, for row by row work in tiles.

    `by_rows` cuts `anchors`, `positive_index` and `own_index`, and shares `candidates`.

    Args:
        anchors: `(n, D)`, some of the candidates.
        positive_index: `(n,)` which candidate is the anchor's partner.
        candidates: `(M, D)` all looks.
        own_index: `(n,)` which candidate is the anchor itself; it is left out.
        temperature: in units of cosine similarity; a tensor may carry a gradient.

    Returns:
        `(n,)`, one loss an anchor; `nt_xent` is their mean.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(anchors) / temperature) @ unit_rows(candidates).T
    logits = logits.scatter_(1, own_index[:, None], -torch.inf)  # in place: the product's backward does not read it
    return F.cross_entropy(logits, positive_index, reduction="none")
