"""Graphs as plain numbers: what a model without layers would read."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.modalities.graph.ragged import Flat


def of_wholes(flat: Flat) -> Tensor:
    """`(G, 2 F + P + 2)`: mean and deviation of nodes' features, mean of edges', logarithms of how many there are."""
    count = flat.count.clamp_min(1)[:, None].float()
    mean = _sums(flat.x, flat.graph, len(count)) / count
    squares = _sums(flat.x.square(), flat.graph, len(count)) / count
    std = (squares - mean.square()).clamp_min(0).sqrt()
    owner = flat.graph[flat.edges[0]]
    edges = torch.bincount(owner, minlength=len(count))[:, None].float()
    told = _sums(flat.values, owner, len(count)) / edges.clamp_min(1)
    return torch.cat([mean, std, told, flat.count[:, None].float().log1p(), edges.log1p()], 1)


def of_nodes(flat: Flat, degree: Tensor) -> Tensor:
    """`(G, 2 F + 1)`: the node's own features, the mean of its sampled neighbourhood's, the logarithm of its degree.

    Args:
        flat: neighbourhoods, the node itself first.
        degree: `(G,)` in the large graph.
    """
    own = flat.padded(flat.x, int(flat.count.max()) if len(flat.count) else 1)[:, 0]
    around = _sums(flat.x, flat.graph, len(flat.count)) - own
    beside = around / (flat.count - 1).clamp_min(1)[:, None]
    return torch.cat([own, beside, degree.float().log1p()[:, None]], 1)


def _sums(rows: Tensor, owner: Tensor, n: int) -> Tensor:
    return rows.new_zeros(n, rows.shape[1]).index_add_(0, owner, rows)
