"""The graph autoencoder, the baseline that GraphMAE is held against."""

from __future__ import annotations

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.methods.base import ALONE, Method
from coview.nn.edge_pairs import at_ends, drawn_edges, link_contrast
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class GAE(Method):
    """Which nodes are joined is told from the products of their representations.

    Paper: Variational Graph Auto-Encoders. Kipf, Welling. 2016. https://arxiv.org/abs/1611.07308 (the model that is not
    variational).

    Views: one natural view, and some of its edges.

    Loss: with z_i.z_j as logit, the cross entropy of telling edges from pairs of nodes of different samples.

    Requires: a slot of graphs, and an encoder with tokens.

    Relations: GraphMAE rebuilds features and leaves edges alone.

    Args:
        graph: the slot's encoder.
        edges: drawn from each sample in a step.
        positives: where the view comes from.

    Example:
        >>> import coview
        >>> run = coview.fit("gae.py:GAE", data="debian", slots=["package"], steps=20)  # doctest: +SKIP
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(self, graph: Encoder, *, edges: int = 16, positives: Positives = Positives.NATURAL) -> None:
        super().__init__()
        self.graph = graph
        self.edges = edges
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        view = looks(batch[self.graph.slot], self.graph.modality, draw, 1, self.positives)
        return Views({"view": view.with_value(view.value, params=drawn_edges(view, draw, self.edges))})

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        out = self.graph(view)
        assert out.tokens is not None
        ends = at_ends(out.tokens[:, 0], view.params["ends"][:, 0])
        return Reps({"ends": ends, "linked": view.params["linked"][:, 0]})

    def relate(self, z: Features) -> Relations:
        loss = link_contrast(z["ends"], z["linked"], z.draw, lambda a, b: (a * b).sum(-1))
        if loss is None:
            return Relations()
        joined = z["linked"][:, 0]
        return Relations({"edges": loss}, seen={"edge": z["ends"][joined, 0]})
