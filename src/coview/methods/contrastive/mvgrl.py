"""MVGRL."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import permutations

import torch
from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, View, Views
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Portion
from coview.losses.binary_contrast import local_global_rows
from coview.methods.base import Method
from coview.modalities.base import present_mean
from coview.nn.by_rows import by_rows
from coview.nn.diffusion import DiffusionNet, adjacency, heat, personalised_pagerank
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP
from coview.nn.pairs import summary_contrast
from coview.views.draw import Draw
from coview.views.graph_looks import corrupted
from coview.views.looks import Positives, looks


class Structure(StrEnum):
    """By what edges a graph is read.

    - `adjacency`: its own; read by the slot's encoder.
    - `ppr`: personalised PageRank, every node with every other.
    - `heat`: the heat kernel, likewise.
    """

    ADJACENCY = "adjacency"
    PPR = "ppr"
    HEAT = "heat"


class MVGRL(Method):
    """Nodes read along edges agree with the whole read along a diffusion of the graph, and the other way round.

    Paper: Contrastive Multi-View Representation Learning on Graphs. Hassani, Khasahmadi. ICML 2020.
    https://arxiv.org/abs/2006.05582; the authors' code: https://github.com/kavehhassani/mvgrl

    Views: one natural view by two structures: adjacency and personalised PageRank. Of nodes of a large graph also a
    corrupted one, whose nodes have features of others, drawn from the whole graph.

    Loss: for each ordered pair of structures a, b, the binary contrast of <node of a, whole of b>. Whole graphs: a
    node's own graph against all other graphs of the step. Nodes of a large graph: the whole is the mean over the
    step's nodes, and corrupted nodes are the others.

    Requires: a slot of graphs.

    Relations: with `structures=adjacency` alone it is Deep Graph Infomax (Velickovic et al., ICLR 2019), but for the
    mean over nodes, which there and in the authors' code passes a sigmoid, and here a network. The paper's diffusion is
    of the one large graph; here it is of the sampled neighbourhood. Products of projections are the discriminator at
    both levels (the authors' code has a bilinear one for nodes). A graph is the mean of its nodes' last layer, and is
    kept unprojected; theirs is the sum of its nodes in every layer, side by side, and is kept projected.

    Args:
        graph: the encoder of the adjacency.
        structures: what is related, two by two; one alone is related with itself.
        dim: width of the projections that nodes share, and of those that wholes share.
        depth: layers of each diffusion's network.
        restart: of PageRank's walks.
        time: of the heat.
        positives: where the view comes from.

    Example:
        >>> import coview
        >>> run = coview.fit("mvgrl", data="ml-100k-graph", slots=["node"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True

    def __init__(
        self,
        graph: Encoder,
        *,
        structures: Sequence[Structure] = (Structure.ADJACENCY, Structure.PPR),
        dim: Count = 128,
        depth: Count = 2,
        restart: Portion = 0.2,
        time: AboveZero = 5.0,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.structures = [Structure(s) for s in structures]
        if Structure.ADJACENCY not in self.structures or len(set(self.structures)) < len(self.structures):
            raise UserError(f"structures are adjacency and others, each once; {', '.join(self.structures)} was given")
        others = [s for s in self.structures if s is not Structure.ADJACENCY]
        self.diffusions = nn.ModuleDict({s: DiffusionNet(graph.modality, graph.dim, depth) for s in others})
        self.node_head = RowMLP(graph.dim, graph.dim, dim)
        self.whole_head = RowMLP(graph.dim, graph.dim, dim)
        self.by_node: bool = graph.modality.by_node  # type: ignore[attr-defined]
        self.restart, self.time = restart, time
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        view = looks(batch[self.graph.slot], self.graph.modality, draw, 1, self.positives)
        view = self.structured(view)
        if not self.by_node:
            return Views({"view": view})
        return Views({"view": view, "corrupted": corrupted(view, self.graph.modality, draw)})

    def structured(self, view: View) -> View:
        """The prepared view with its diffusions as `params`, `(B, V, T, T)`."""
        adjacent = adjacency(view.value.flat(), view.value.most)
        spread = {Structure.PPR: lambda: personalised_pagerank(adjacent, self.restart)}
        spread[Structure.HEAT] = lambda: heat(adjacent, self.time)
        params = {s: spread[Structure(s)]().unflatten(0, view.present.shape) for s in self.diffusions}
        return view.with_value(view.value, params={**view.params, **params})

    def nodes(self, view: View) -> dict[str, Tensor]:
        """Every node by each structure: `(B, V, T, D)`."""
        found = self.graph(view).tokens
        assert found is not None
        if not found.shape[2]:  # nobody is there
            found = found.new_zeros(*view.present.shape, view.value.most, self.graph.dim)
        features = self.graph.modality.tokens(view).value.to(found.dtype)
        spread = {s: net(features, view.params[s]) for s, net in self.diffusions.items()}
        return {s: found if s == Structure.ADJACENCY else spread[s] for s in self.structures}

    def whole(self, nodes: Tensor, view: View) -> Tensor:
        """What stands for a sample: the node itself, or the mean over its graph's nodes: `(B, V, D)`."""
        if self.by_node:
            return nodes[:, :, 0]
        assert view.valid is not None
        return present_mean(nodes.flatten(0, 1), view.valid.flatten(0, 1)).unflatten(0, view.present.shape)

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        assert view.valid is not None
        present = view.present[:, 0]
        inside = (view.valid & view.present[..., None])[:, 0]
        features = {"present": present, "valid": present[:, None] if self.by_node else inside}
        for s, nodes in self.nodes(view).items():
            local = nodes[:, 0, :1] if self.by_node else nodes[:, 0]
            features |= {f"{s}/nodes": self.node_head(local), f"{s}/whole": self.whole(nodes, view)[:, 0]}
        if self.by_node:
            for s, nodes in self.nodes(views["corrupted"]).items():
                features[f"{s}/corrupted"] = self.node_head(nodes[:, 0, :1])
        return Reps(features)

    def relate(self, z: Features) -> Relations:
        present, valid = z["present"], z["valid"]
        if not bool(present.any()):
            return Relations()
        own = (present.cumsum(0) - 1)[:, None].expand_as(valid)[valid]
        names = self.structures
        nodes = {s: z[f"{s}/nodes"][valid] for s in names}
        losses: dict[str, Tensor] = {}
        for a, b in permutations(names, 2) if len(names) > 1 else [(names[0], names[0])]:
            summary = z[f"{b}/whole"][present]
            if self.by_node:
                summary = self.whole_head(summary.mean(0))
                losses[f"{a} in {b}"] = summary_contrast(nodes[a], z[f"{a}/corrupted"][valid], summary)
            else:
                each = by_rows(local_global_rows, (nodes[a], own), (self.whole_head(summary),))
                losses[f"{a} in {b}"] = each.mean()
        wholes = torch.stack([z[f"{s}/whole"][present] for s in names], 1)
        return Relations(losses, seen={"wholes": wholes})

    def embed(self, batch: Batch) -> Embeddings:
        """The sum over structures, as in the paper; of whole graphs before their projection."""
        slot = self.graph.slot
        view = self.structured(self.graph.modality.prepare(batch[slot]))
        total = torch.stack([self.whole(nodes, view) for nodes in self.nodes(view).values()]).sum(0)
        return {slot: {slot: Embedding(total * view.present[..., None], view.present)}}
