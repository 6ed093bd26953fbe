"""GraphMAE."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.kinds import Part, Share, Within
from coview.losses.precision import at_least_float32
from coview.losses.scaled_cosine import scaled_cosine_error
from coview.methods.base import ALONE, Method
from coview.nn.encoder import Encoder
from coview.nn.graph import Layer
from coview.nn.graph_decoder import GraphDecoder, rebuilding_error
from coview.views.draw import Draw
from coview.views.graph_looks import with_others
from coview.views.looks import Positives, looks
from coview.views.masks import random_mask


class Criterion(StrEnum):
    """How far rebuilt features are from the true ones.

    - `sce`: the scaled cosine error, (1 - cos)^gamma.
    - `mse`: the mean squared error.
    """

    SCE = "sce"
    MSE = "mse"


class GraphMAE(Method):
    """Nodes lose their features, and a graph network rebuilds them from what stands around.

    Paper: GraphMAE: Self-Supervised Masked Graph Autoencoders. Hou, Liu, Cen, Dong, Yang, Wang, Tang. KDD 2022.
    https://arxiv.org/abs/2205.10803; the authors' code: https://github.com/THUDM/GraphMAE

    Views: one natural view. A share of its nodes is masked: most show a learned token instead of their features, some
    the features of another node. Edges stay.

    Loss: masked nodes' codes are set to 0, one graph layer decodes features x' from all codes, and the loss is the mean
    over masked nodes of (1 - cos(x, x'))^gamma.

    Requires: a slot of graphs, whole ones or nodes of a large one with their neighbourhoods.

    Relations: MAE on graphs hides nodes from a transformer; here a graph network keeps their places and the decoder is
    kept from copying by masking codes again. The authors read a node's graph whole, drop a fifth of each layer's input
    there, and half of the encoder's edges in the largest two (ogbn-arxiv, reddit); here neighbourhoods are sampled, and
    encoders drop nothing by default.

    Args:
        graph: the slot's encoder.
        masked: share of the nodes (the authors: 0.5 or 0.75, of molecules 0.25).
        replaced: share of the masked nodes that show another one's features of the same graph (the authors: 0 to 0.15).
        criterion: how rebuilt features are judged.
        gamma: of the scaled cosine error (the authors: 1 to 3).
        decoder: the kind of the decoder's one layer.
        positives: where the view comes from.

    Example:
        >>> import coview
        >>> run = coview.fit("graphmae", data="ml-100k-graph", slots=["node"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        graph: Encoder,
        *,
        masked: Part = 0.5,
        replaced: Share = 0.05,
        criterion: Criterion = Criterion.SCE,
        gamma: Annotated[float, Within(1)] = 2.0,
        decoder: Layer = Layer.GIN,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.decoder = GraphDecoder(graph.modality, graph.dim, Layer(decoder))  # type: ignore[arg-type]
        self.masked, self.replaced, self.gamma = masked, replaced, gamma
        self.criterion = Criterion(criterion)
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        view = looks(batch[self.graph.slot], self.graph.modality, draw, 1, self.positives)
        masked = random_mask(draw, view.value.most, self.masked, valid=view.valid)
        other = masked & draw.chance("replaced", self.replaced, 1, view.value.most)
        shown = with_others(view, other, draw)
        shown = shown.with_value(shown.value, params={"masked": masked, "hidden": masked & ~other})
        weight = masked.flatten(1).sum(1) * view.present[:, 0]
        return Views({"view": view, "shown": shown}, weights={"reconstruction": weight.float()})

    def represent(self, views: Views) -> Reps:
        error = rebuilding_error(self.graph, self.decoder, views["shown"], views["view"], self.error)
        return Reps(losses={"reconstruction": error})

    def error(self, rebuilt: Tensor, features: Tensor) -> Tensor:
        """How far rebuilt features are from the true ones, `(..., F)` -> `(...)`."""
        if self.criterion is Criterion.SCE:
            return scaled_cosine_error(rebuilt, features, gamma=self.gamma)
        return at_least_float32(F.mse_loss)(rebuilt, features, reduction="none").mean(-1)
