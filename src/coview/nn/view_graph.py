"""Views of a sample as nodes of a small graph: edges learned, nodes pooled to fewer and unpooled again.

Paper: Learning Representations without Compositional Assumptions (LEGATO). Liu, Berrevoets, Qian, van der Schaar. ICML
2023. https://arxiv.org/abs/2305.19726 (authors' code: tennisonliu/LEGATO).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN = 100
"""Width of the layer that edges are told by (as in the authors' code)."""
SMALL = 0.1
"""Weights of edges up to it become 0 (as in the authors' code)."""


class EdgeLearner(nn.Module):
    """How much every two nodes have to do with each other: |cos| of what a layer says of them, small ones cut off.

    Args:
        dim: of a node's features.
        nodes: V; each node's number is read beside its features.
        threshold: weights up to it become 0.
    """

    def __init__(self, dim: int, nodes: int, threshold: float = SMALL) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(dim + nodes, HIDDEN))
        nn.init.xavier_uniform_(self.weight, gain=1.414)
        self.threshold = threshold

    def forward(self, nodes: Tensor) -> Tensor:
        """`(N, V, D)` -> `(N, V, V)`, symmetric, from 0 to 1."""
        which = torch.eye(nodes.shape[1], dtype=nodes.dtype, device=nodes.device).expand(len(nodes), -1, -1)
        unit = F.normalize(F.leaky_relu(torch.cat([nodes, which], -1) @ self.weight), dim=-1, eps=1e-3)
        return F.threshold((unit @ unit.mT).abs(), self.threshold, 0.0)


class GraphPooling(nn.Module):
    """Nodes gathered into other nodes by soft assignment, both told by a graph convolution; edges follow them.

    With A the normalised edges, `Z = leaky_relu(A X W)` and `S = softmax(A X U)`, the new nodes are `S^T Z` and the new
    edges `S^T E S`, those up to `SMALL` cut off.

    Args:
        dim: of a node's features.
        nodes: of the new graph.
        width: of the new nodes' features.
        over_nodes: whether the softmax runs over the old nodes, so that each new node is a mean of them (pooling), or
            over the new ones, so that each old node is dealt out to them (unpooling).
    """

    def __init__(self, dim: int, nodes: int, width: int, *, over_nodes: bool) -> None:
        super().__init__()
        self.embed, self.assign = nn.Linear(dim, width), nn.Linear(dim, nodes)
        for layer in (self.embed, self.assign):  # as PyG's graph layers begin, so that new nodes begin less alike
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.axis = 1 if over_nodes else 2

    def forward(self, nodes: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
        """`(N, V, D)`, `(N, V, V)` -> `(N, nodes, width)`, `(N, nodes, nodes)`."""
        seen = normalised(edges) @ nodes
        share = self.assign(seen).softmax(self.axis).mT
        return share @ F.leaky_relu(self.embed(seen)), F.threshold(share @ edges @ share.mT, SMALL, 0.0)


def normalised(edges: Tensor) -> Tensor:
    """`D^-1/2 A D^-1/2` of edges `(N, V, V)`, a node without an edge to itself given one of weight 1.

    Paper: Semi-Supervised Classification with Graph Convolutional Networks. Kipf, Welling. ICLR 2017.
    https://arxiv.org/abs/1609.02907 (eq. 2)
    """
    own = edges.diagonal(dim1=1, dim2=2)
    whole = edges + torch.diag_embed(torch.where(own > 0, 0.0, 1.0).to(edges.dtype))
    scale = whole.sum(-1).clamp_min(1e-12).rsqrt()
    return scale[:, :, None] * whole * scale[:, None]
