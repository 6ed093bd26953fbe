"""Binary contrast: pairs that belong together against pairs that do not."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import mean_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def binary_contrast(positive: Tensor, negative: Tensor) -> Tensor:
    """Cross entropy of telling true pairs from others, both kinds weighing alike.

    `(mean log(1 + exp(-p)) + mean log(1 + exp(n))) / 2` of the logits p of true pairs and n of others; up to sign,
    factor and constant the Jensen-Shannon estimator of mutual information.

    Paper: Deep Graph Infomax. Velickovic, Fedus, Hamilton, Lio, Bengio, Hjelm. ICLR 2019.
    https://arxiv.org/abs/1809.10341 (eq. 1); with products of two nodes as logits, Variational Graph Auto-Encoders.
    Kipf, Welling. 2016. https://arxiv.org/abs/1611.07308.

    Args:
        positive: logits of true pairs, any shape.
        negative: logits of others, any shape.

    Returns:
        A scalar; a kind of which there are none counts as 0.
    """
    return (mean_rows(F.softplus(-positive.flatten())) + mean_rows(F.softplus(negative.flatten()))) / 2


@at_least_float32
def local_global_rows(local: Tensor, own: Tensor, whole: Tensor) -> Tensor:
    """Each part tells its own whole from all others: `binary_contrast` of one part's products with every whole.

    For row by row work in tiles: `by_rows` cuts the first two arguments.

    Paper: Contrastive Multi-View Representation Learning on Graphs. Hassani, Khasahmadi. ICML 2020.
    https://arxiv.org/abs/2006.05582 (the estimator of its code for graphs, from InfoGraph, ICLR 2020).

    Args:
        local: `(n, D)` parts.
        own: `(n,)` int64, which whole each is of.
        whole: `(M, D)`.

    Returns:
        `(n,)`.
    """
    logits = local @ whole.T
    true = logits.gather(1, own[:, None])
    others = torch.ones_like(logits, dtype=torch.bool).scatter(1, own[:, None], False)
    wrong = F.softplus(logits).masked_fill(~others, 0).sum(1) / max(logits.shape[1] - 1, 1)
    return (F.softplus(-true[:, 0]) + wrong) / 2
