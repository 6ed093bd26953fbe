"""Softmax over the items of a batch, corrected for how often each is in one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_temperature, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def sampled_softmax_rows(
    queries: Tensor,
    own: Tensor,
    items: Tensor,
    item: Tensor,
    log_share: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """Each query finds its item among those of the batch, as it would among all items.

    `-log( exp(s_ii) / sum_j exp(s_ij) )` with `s_ij = cos(q_i, x_j) / t - log p_j`, p_j how likely item j is in a
    batch: what is often there counts for less as a wrong answer. The same item met elsewhere in the batch is none and
    is left out.

    Paper: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations. Yi, Yang, Hong, Cheng, Heldt,
    Kumthekar, Zhao, Wei, Chi. RecSys 2019. https://doi.org/10.1145/3298689.3346996 (section 3.2; there the same item
    stays).

    Args:
        queries: `(n, D)`.
        own: `(n,)` int64, which row of `items` is the query's.
        items: `(M, D)`.
        item: `(M,)` int64, who each is.
        log_share: `(M,)`, log p.
        temperature: t, in units of cosine similarity.

    Returns:
        `(n,)`.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    logits = (unit_rows(queries) / temperature) @ unit_rows(items).T - log_share
    again = (item[own][:, None] == item) & (torch.arange(len(item), device=item.device) != own[:, None])
    return F.cross_entropy(logits.masked_fill(again, -torch.inf), own, reduction="none")
