"""Diffusion over a graph: how much of each node reaches each other, and a network that reads along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from coview.modalities.base import Modality
    from coview.modalities.graph.ragged import Flat


def adjacency(flat: Flat, most: int) -> Tensor:
    """Who is beside whom, each node beside itself: `(G, most, most)` float64 of 0 and 1."""
    found = torch.eye(most, dtype=torch.float64, device=flat.count.device).repeat(len(flat.count), 1, 1)
    (here, there), _ = flat.both_ways()
    found[flat.graph[here], flat.place[here], flat.place[there]] = 1
    return found


def personalised_pagerank(adjacent: Tensor, restart: float = 0.2) -> Tensor:
    """`a (I - (1 - a) D^-1/2 A D^-1/2)^-1`: where a walk from a node is that starts anew with probability a.

    Paper: Diffusion Improves Graph Learning. Klicpera, Weissenberger, Guennemann. NeurIPS 2019.
    https://arxiv.org/abs/1911.05485 (section 3), as MVGRL has it (ICML 2020, eq. 3).

    Args:
        adjacent: `(G, T, T)` symmetric, with ones on the diagonal.
        restart: a, above 0 and at most 1.

    Returns:
        `(G, T, T)`.
    """
    root = adjacent.sum(2).rsqrt()
    walk = root[:, :, None] * adjacent * root[:, None]
    own = torch.eye(adjacent.shape[1], dtype=adjacent.dtype, device=adjacent.device)
    return restart * torch.linalg.inv(own - (1 - restart) * walk)


def heat(adjacent: Tensor, time: float = 5.0) -> Tensor:
    """`exp(t A D^-1 - t)`: where heat put on a node is after a time t.

    Paper: Diffusion Improves Graph Learning, as of `personalised_pagerank`; MVGRL, eq. 2.

    Args:
        adjacent: `(G, T, T)` symmetric, with ones on the diagonal.
        time: t.

    Returns:
        `(G, T, T)`.
    """
    own = torch.eye(adjacent.shape[1], dtype=adjacent.dtype, device=adjacent.device)
    return torch.linalg.matrix_exp(time * (adjacent / adjacent.sum(1, keepdim=True) - own))


class DiffusionNet(nn.Module):
    """Residual layers that each mix nodes by a diffusion matrix: graph convolutions on a dense, weighted graph.

    Args:
        modality: gives the nodes' features.
        dim: D.
        depth: layers.
    """

    def __init__(self, modality: Modality, dim: int, depth: int) -> None:
        super().__init__()
        self.embed = modality.token_embedding(dim)
        self.layers = nn.ModuleList(nn.Linear(dim, dim) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)

    def forward(self, features: Tensor, diffusion: Tensor) -> Tensor:
        """`(..., T, F)` and `(..., T, T)` -> `(..., T, D)`."""
        x = self.embed(features)
        diffusion = diffusion.to(x.dtype)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = x + F.gelu(layer(diffusion @ norm(x)))
        return self.norm(x)
