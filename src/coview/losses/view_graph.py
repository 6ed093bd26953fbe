"""What is asked of a learned graph of views and of its smaller latent graph: LEGATO."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike, mean_rows, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def node_orthogonality(nodes: Tensor) -> Tensor:
    """The mean |cos| between two different nodes of a graph: 0 where all say different things.

    Paper: Learning Representations without Compositional Assumptions (LEGATO). Liu, Berrevoets, Qian, van der Schaar.
    ICML 2023. https://arxiv.org/abs/2305.19726 (authors' code: tennisonliu/LEGATO).

    Args:
        nodes: `(N, V, D)`.

    Returns:
        A scalar, from 0 to 1; 0 for fewer than two nodes.
    """
    unit = unit_rows(nodes)
    cosines = (unit @ unit.mT).abs()
    v = nodes.shape[1]
    off = cosines.masked_fill(torch.eye(v, dtype=torch.bool, device=nodes.device), 0)
    return mean_rows(off.sum((1, 2)) / max(v * (v - 1), 1))


@at_least_float32
def edge_sparsity(edges: Tensor) -> Tensor:
    """The sum of |A - I| over a graph's edges, the mean over samples: a node's own edge is to be 1, others few.

    Paper: LEGATO. https://arxiv.org/abs/2305.19726

    Args:
        edges: `(N, V, V)`.

    Returns:
        A scalar.
    """
    return mean_rows((edges - torch.eye(edges.shape[1], device=edges.device)).abs().sum((1, 2)))


@at_least_float32
def edge_error(edges: Tensor, rebuilt: Tensor) -> Tensor:
    """The distance of two graphs' edges: the root of the mean over samples of its square.

    Paper: LEGATO. https://arxiv.org/abs/2305.19726; the authors' code takes the root of the sum over a batch and
    divides by its size: with their batches of 64 an eighth of this, which does not depend on how many samples there
    are.

    Args:
        edges: `(N, V, V)`.
        rebuilt: the same shape.

    Returns:
        A scalar; where nothing differs 0, which pulls nowhere.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(edges=edges, rebuilt=rebuilt)
    squared = mean_rows((edges - rebuilt).square().sum((1, 2)))
    apart = squared > 0
    return torch.where(apart, squared.where(apart, 1).sqrt(), squared)
