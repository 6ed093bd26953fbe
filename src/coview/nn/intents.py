"""What a layer of DCCF says of every node: neighbours, intents, and neighbours weighed by either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from coview.losses.precision import at_least_float32
from coview.nn.edges import edge_dot, edge_sum
from coview.nn.heads import unit

if TYPE_CHECKING:
    from coview.modalities.graph.wiring import Wiring


def intent_layer(x: Tensor, wiring: Wiring, intents: Tensor) -> Tensor:
    """Local, global, and the adaptive view of each, as `DCCF` has them: `(N, D)` -> `(N, 4, D)`.

    Args:
        x: of all nodes.
        wiring: their graph.
        intents: `(kinds, K, D)`.
    """
    local = edge_sum(wiring.symmetric.to(x.dtype), x, wiring)
    whole = torch.zeros_like(x)
    for kind, own in enumerate(intents):
        at = (wiring.kinds == kind).nonzero()[:, 0]
        whole = whole.index_copy(0, at, mean_intent(x[at], own).to(x.dtype))
    return torch.stack([local, whole, adaptive(local, x, wiring), adaptive(whole, x, wiring)], 1)


@at_least_float32
def mean_intent(x: Tensor, intents: Tensor) -> Tensor:
    """Each row's intents, weighted by softmax of products, which differ by little at first: `(n, D)`, `(K, D)`."""
    return (x @ intents.T).softmax(1) @ intents


def adaptive(said: Tensor, x: Tensor, wiring: Wiring) -> Tensor:
    """The mean of neighbours' x, weighted by `(1 + cos) / 2` of what is said of an edge's ends: `(N, D)`."""
    alike = (edge_dot(unit(said), unit(said), wiring) + 1) / 2
    total = torch.zeros_like(x[:, 0]).index_add(0, wiring.rows, alike)
    return edge_sum(alike, x, wiring) / total.clamp_min(1e-8)[:, None]
