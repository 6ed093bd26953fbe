"""From nodes' codes back to their features, along the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from coview.nn.graph import Layer, Residual

if TYPE_CHECKING:
    from coview.modalities.graph import Graph
    from coview.modalities.graph.ragged import Graphs


class GraphDecoder(nn.Module):
    """A linear map, one graph layer and another linear map; the codes of hidden nodes are hidden from it again.

    Paper: GraphMAE: Self-Supervised Masked Graph Autoencoders. Hou et al. KDD 2022. https://arxiv.org/abs/2205.10803
    (section 3.2); what is hidden again is 0, as in the authors' code.

    Args:
        modality: gives the width of features, of nodes and of edges.
        width: of the codes.
        layer: how a node reads its neighbours.
    """

    def __init__(self, modality: Graph, width: int, layer: Layer) -> None:
        super().__init__()
        self.embed = nn.Linear(width, width, bias=False)
        self.body = Residual(layer, width, 1, modality.edge_dim, 0.0)
        self.out = nn.Linear(width, modality.target_dim)

    def forward(self, codes: Tensor, graphs: Graphs, masked: Tensor) -> Tensor:
        """Rebuilds the features of every node.

        Args:
            codes: `(N, T, width)`.
            graphs: `(N, T)`, for their edges.
            masked: `(N, T)` bool, nodes whose codes are not read.

        Returns:
            `(N, T, F)`, zeros where there is no node.
        """
        flat = graphs.to(codes.dtype).flat()
        x = self.embed(codes[flat.graph, flat.place])
        x = x.masked_fill(masked[flat.graph, flat.place][:, None], 0)
        return flat.padded(self.out(self.body(x, *flat.both_ways())[-1]), graphs.most)
