"""D-SLA."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.errors import UserError
from coview.kinds import Count, Portion, Rate, Several, Weight
from coview.losses.discrepancy import discrepancy_margin_rows, edit_discrepancy
from coview.losses.precision import at_least_float32
from coview.methods.base import Method
from coview.modalities.graph.ragged import Graphs
from coview.nn.by_rows import by_rows, tile_of
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP
from coview.views.draw import Draw
from coview.views.graph import node_keys
from coview.views.graph_edits import around, move_edges, some_inside
from coview.views.looks import Positives, looks


class DSLA(Method):
    """A graph is told from edited copies of itself, which are as far from it as they were edited.

    Paper: Graph Self-supervised Learning with Accurate Discrepancy Learning. Kim, Baek, Hwang. NeurIPS 2022.
    https://arxiv.org/abs/2202.02989; the authors' code: https://github.com/DongkiKim95/D-SLA

    Views: one natural view and `copies` of it. Around a random node, copy i has i times a share of its edges moved; of
    original and copies alike most nodes there hide their features, lest those tell which is which.

    Loss: with h a graph's representation, d_i = |h_0 - h_i| and e_i the edges that were moved, the sum of: cross
    entropy of scores f(h_0), f(h_1) .. with the original as class; `edit` times the mean over pairs of copies of
    (d_i / e_i - d_j / e_j)^2; `apart` times the mean over copies and other graphs of max(0, margin + d_i - |h_0 - h'|).

    Requires: a slot of graphs. A graph none of whose edges can be moved takes no part.

    Relations: GraphCL (SimCLR on graphs) holds a graph and its edited copies to be the same; here they are told apart
    by how much they differ. The authors draw what a new bond is from the bonds of their data; here a moved edge keeps
    its features. An edge moved is one edit, as in their code for molecules; in that for other graphs it is two. Their
    strongly edited graph, optional, is left out.

    Args:
        graph: the slot's encoder.
        copies: edited ones, two or more.
        hops: from the random node to the border of what is edited.
        moved: share of the edges there that the first copy has moved; the next twice as many, and so on.
        hidden: share of the nodes there without features.
        edit: weight of the edit distances' loss.
        apart: weight of the loss with other graphs.
        margin: in units of distance.

    Example:
        >>> import coview
        >>> run = coview.fit("d-sla", data="molecules", slots=["molecule"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True

    def __init__(
        self,
        graph: Encoder,
        *,
        copies: Several = 3,
        hops: Count = 3,
        moved: Portion = 0.2,
        hidden: Rate = 0.8,
        edit: Weight = 0.7,
        apart: Weight = 0.5,
        margin: Weight = 5.0,
    ) -> None:
        super().__init__()
        if copies * moved > 1:
            raise UserError(f"the last of {copies} copies has {copies} times {moved:g} of its edges moved")
        self.graph = graph
        self.score = RowMLP(graph.dim, graph.dim, graph.dim, 1)
        self.copies, self.hops, self.moved, self.hidden = copies, hops, moved, hidden
        self.edit, self.apart, self.margin = edit, apart, margin

    def views(self, batch: Batch, draw: Draw) -> Views:
        one = looks(batch[self.graph.slot], self.graph.modality, draw, 1, Positives.NATURAL)
        view = one.pick([0] * (self.copies + 1))
        flat, shape, most = view.value.flat(), view.present.shape, view.value.most
        root = (draw("root", 1) * one.value.count).long().minimum((one.value.count - 1).clamp_min(0))
        inside = around(flat, root.expand(shape).flatten(), self.hops)
        keys = node_keys(flat, draw.bits("candidate", view.width).flatten())
        hidden = flat.padded(some_inside(flat, draw, keys, inside, self.hidden), most).unflatten(0, shape)
        within = (inside[flat.edges[0]] & inside[flat.edges[1]]).long()
        edges = torch.zeros_like(flat.count).index_add_(0, flat.graph[flat.edges[0]], within).view(shape)
        nth = torch.arange(view.width, device=edges.device)
        wanted = torch.where(nth > 0, (edges * self.moved * nth).long().clamp_min(1), 0)
        edited, distance = move_edges(flat, draw, keys, inside, wanted.flatten(), most)
        distance = distance.view(shape)
        present = view.present & (distance[:, 1:] > 0).all(1, keepdim=True)
        value = Graphs.of(edited, tuple(shape), most)
        view = view.with_value(value, present=present, params={"hidden": hidden, "distance": distance})
        weight = present[:, 0].float()
        return Views({"candidates": view}, weights={"discrimination": weight, "edits": weight})

    def represent(self, views: Views) -> Reps:
        view = views["candidates"]
        graphs = self.graph(view, masked=view.params["hidden"]).pooled
        scores = self.score(graphs)[..., 0]
        distances = from_first(graphs)
        edits = view.params["distance"][:, 1:].clamp_min(1).to(distances.dtype) / 2  # one taken and put in is one edit
        original = torch.zeros(len(view), dtype=torch.int64, device=scores.device)
        losses = {
            "discrimination": at_least_float32(F.cross_entropy)(scores, original, reduction="none"),
            "edits": self.edit * edit_discrepancy(distances, edits),
        }
        features = {"original": graphs[:, 0], "near": distances, "present": view.present[:, 0]}
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        original, near = z.there("original", "near")
        if not len(original):
            return Relations()
        own = torch.arange(len(original), device=original.device)
        each = by_rows(
            lambda one, own, near, every: discrepancy_margin_rows(one, own, near, every, self.margin),
            (original, own, near),
            (original,),
            tile=tile_of(original.numel()),
        )
        return Relations({"margin": self.apart * each.mean()}, seen={"graph": original})


@at_least_float32
def from_first(graphs: Tensor) -> Tensor:
    """How far each graph is from the first: `(B, 1 + P, D)` -> `(B, P)`."""
    return (graphs[:, 1:] - graphs[:, :1]).norm(dim=2)
