"""From nodes' codes back to their features, along the edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import Tensor, nn

from coview.batch import View
from coview.losses.parts import masked_mean
from coview.nn.encoder import Encoder
from coview.nn.graph import Layer, Residual
from coview.nn.tokens import rows_there, spread

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


def rebuilding_error(
    encoder: Encoder, decoder: GraphDecoder, shown: View, true: View, error: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """How wrongly the features of masked nodes are rebuilt from a look that hides them: the mean over a sample's.

    Args:
        encoder: reads the look.
        decoder: rebuilds features from its codes.
        shown: `(B, 1, T)` with `params` `hidden`, nodes that show a mask token, and `masked`, those to be rebuilt.
        true: the graphs with the features that are wanted.
        error: of features, `(N, T, F)` and `(N, T, F)` -> `(N, T)`.

    Returns:
        `(B,)`, 0 where a sample is absent.
    """
    out = encoder(shown, masked=shown.params["hidden"])
    if not bool(out.present.any()):
        return out.pooled.new_zeros(len(shown))
    rows = rows_there(out.present)
    assert out.tokens is not None
    masked = shown.params["masked"][rows, 0]
    rebuilt = decoder(out.tokens[rows, 0], shown.value[:, 0][rows], masked)
    features = encoder.modality.tokens(true).value[rows, 0]
    return spread(masked_mean(error(rebuilt, features), masked), rows, len(shown))
