"""LightGCN: a vector for each node of one large graph, and sums over neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from coview.errors import UserError
from coview.nn.edges import edge_sum, thinned_weight

if TYPE_CHECKING:
    from coview.modalities.graph import Graph
    from coview.modalities.graph.ragged import Graphs
    from coview.modalities.graph.wiring import Seeds, Wiring
    from coview.nn.encoder import Encoder


class LightGCN(nn.Module):
    """What is learned of a node is its vector; layers have no weights: `x_i <- sum_j x_j / sqrt(d_i d_j)`.

    A node's representation is the mean of its vector and every layer's. It is exact, from all neighbours: each call
    goes over the whole graph, whichever nodes are asked for, and reads no features. A look at a neighbourhood says
    which node is meant and no more.

    Paper: LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation. He, Deng, Wang, Li, Zhang,
    Wang. SIGIR 2020. https://arxiv.org/abs/2002.02126 (eq. 3 and 4, alpha 1 / (layers + 1)).

    Args:
        modality: of nodes of one large graph.
        dim: D.
        depth: layers.

    Raises:
        ValueError: samples are whole graphs.
        UserError: later, where it is given a graph of other nodes.
    """

    def __init__(self, modality: Graph, dim: int, depth: int) -> None:
        super().__init__()
        if not modality.by_node or not modality.total:
            raise ValueError("it keeps a vector for each node of one large graph, and here samples are whole graphs")
        self.dim, self.depth, self.kinds = dim, depth, modality.kinds
        self.who = modality.who
        self.table = nn.Parameter(nn.init.xavier_uniform_(torch.empty(modality.total, dim)))

    def vectors(self, wiring: Wiring) -> Tensor:
        """The nodes' own vectors, `(N, D)`.

        Raises:
            UserError: the graph is of other nodes than the one that it was made for.
        """
        if len(wiring) != len(self.table) or (self.who and wiring.who != self.who):
            raise UserError(
                f"lightgcn has a vector for each of the {len(self.table):,} nodes that it was trained on and for no "
                f"others, and these {len(wiring):,} are not the same; train on them, or use an encoder that reads "
                "features, such as gin"
            )
        if self.who or wiring.number is None:
            return self.table
        return self.table[wiring.number.argsort()]  # trained without names: as the nodes are told

    def everyone(self, wiring: Wiring, kept: Tensor | None = None) -> Tensor:
        """All nodes, `(N, D)`.

        Args:
            wiring: the graph.
            kept: `(2E,)` bool, the edges that are gone along, alike both ways.
        """
        x = total = self.vectors(wiring)
        weight = (wiring.symmetric if kept is None else thinned_weight(wiring, kept)).to(x.dtype)
        for _ in range(self.depth):
            x = edge_sum(weight, x, wiring)
            total = total + x
        return total / (self.depth + 1)

    def forward(self, value: Graphs | Seeds, length: Tensor | None = None) -> Tensor:
        """Nodes, or neighbourhoods of any length around them, `(n, T)` -> `(n, D)`."""
        seeds = value.around()
        assert seeds is not None
        return self.everyone(seeds.wiring)[seeds.index]


def light_gcn(encoder: Encoder, method: str) -> LightGCN:
    """The network of an encoder that tells nodes apart.

    Raises:
        UserError: it is another.
    """
    if not isinstance(encoder.net, LightGCN):
        raise UserError(
            f"{method} learns a vector for each node, and encoder {encoder.name} of slot {encoder.slot!r} reads "
            "features; use --encoder lightgcn"
        )
    return encoder.net
