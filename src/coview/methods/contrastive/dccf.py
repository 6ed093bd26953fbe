"""DCCF."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Weight
from coview.losses.info_nce import info_nce_rows
from coview.losses.pairwise_ranking import pairwise_ranking
from coview.methods.base import Method
from coview.modalities.graph.wiring import Wiring
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.intents import intent_layer
from coview.nn.light_gcn import light_gcn
from coview.views.draw import Draw
from coview.views.interactions import each_node, interactions


class DCCF(Method):
    """What neighbours say of a node agrees with its intents, and with both where edges count as ends are alike.

    Paper: Disentangled Contrastive Collaborative Filtering. Ren, Xia, Zhao, Yin, Huang. SIGIR 2023.
    https://arxiv.org/abs/2305.02759; the authors' code: https://github.com/HKUDS/DCCF

    Views: four of each node in each layer, nothing drawn. With x the layer's input, local: the sum over neighbours,
    weighted by degrees. Global: C softmax(C'x), C the intents of the node's kind. Adaptive, of each of the two: the
    mean of neighbours' x, weighted by (1 + cos) / 2 of what that view says of an edge's ends. x and the four are added
    up for the next layer, and all layers for the node.

    Loss: `pairwise_ranking` of products, an edge against a stranger; `contrast` times the sum over layers, kinds and
    the three other views of InfoNCE from the local view to it among the step's nodes; `decay` times the squared lengths
    of the vectors that were read, `spread` times those of all intents.

    Requires: a slot of nodes of one large graph.

    Relations: SGL leaves edges out by chance where this learns how much each counts. Samples are nodes, each alike, and
    one of its edges; the authors draw people, each alike, and one of theirs: `data` of people's rows alone does that.
    Their decay is a sum over 10,240 edges: a quarter of the mean, here too.

    Args:
        graph: the slot's encoder, `lightgcn`: its vectors and how many layers.
        intents: of each kind of node (the authors: 128).
        contrast: weight of the contrast (the authors: 0.1).
        temperature: of the contrast, in units of cosine similarity (the authors: 1).
        decay: of vectors (the authors: 0.26).
        spread: of intents (the authors: 0.005).

    Example:
        >>> import coview
        >>> run = coview.fit("dccf", data="ml-100k-graph", slots=["node"], steps=20, batch_size=512)
        >>> run.verdict.status
        'healthy'
    """

    batch_size = 1024
    own_encoders = {"graph": "lightgcn"}  # noqa: RUF012

    def __init__(
        self,
        graph: Encoder,
        *,
        intents: Count = 128,
        contrast: Weight = 0.1,
        temperature: AboveZero = 1.0,
        decay: Weight = 0.25,
        spread: Weight = 0.005,
    ) -> None:
        super().__init__()
        self.graph = graph
        kinds = light_gcn(graph, "DCCF").kinds
        drawn = [nn.init.xavier_normal_(torch.empty(intents, graph.dim)) for _ in range(kinds)]
        self.intents = nn.Parameter(torch.stack(drawn))
        self.contrast, self.temperature, self.decay, self.spread = contrast, temperature, decay, spread

    def everyone(self, wiring: Wiring) -> tuple[Tensor, Tensor]:
        """All nodes, `(N, D)`, and their views in each layer, `(N, L, 4, D)`."""
        net, views = light_gcn(self.graph, "DCCF"), []
        x = total = net.vectors(wiring)
        for _ in range(net.depth):
            views.append(intent_layer(x, wiring, self.intents))
            x = x + views[-1].sum(1)
            total = total + x
        return total, torch.stack(views, 1)

    def views(self, batch: Batch, draw: Draw) -> Views:
        triple = interactions(batch[self.graph.slot], draw)
        return Views({"triple": triple}, dict.fromkeys(("ranking", "decay", "spread"), triple.present[:, 0].float()))

    def represent(self, views: Views) -> Reps:
        triple = views["triple"]
        wiring, index = triple.value.wiring, triple.value.index
        nodes, looks = self.everyone(wiring)
        left, right, stranger = nodes[index].unbind(1)
        losses = {"ranking": pairwise_ranking((left * right).sum(1), (left * stranger).sum(1))}
        losses["decay"] = self.decay * light_gcn(self.graph, "DCCF").vectors(wiring)[index].square().sum((1, 2))
        losses["spread"] = (self.spread * self.intents.square().sum()).expand(len(index))
        pair = index[:, :2]
        features = {"node": pair, "kind": wiring.kinds[pair], "present": triple.present[:, :2], "looks": looks[pair]}
        return Reps({**features, "pair": nodes[pair].detach()}, losses)

    def relate(self, z: Features) -> Relations:
        losses: dict[str, Tensor] = {}
        for kind, at in each_node(z["node"], z["kind"], z["present"]):
            own = torch.arange(len(at), device=at.device)
            terms: list[Tensor] = []
            for layer in z["looks"].flatten(0, 1)[at].unbind(1):
                local, *others = layer.unbind(1)
                rows = [by_rows(info_nce_rows, (local, own), (other, self.temperature)) for other in others]
                terms += [each.mean() for each in rows]
            losses[f"contrast {kind}"] = self.contrast * torch.stack(terms).sum()
        there = z["present"].all(1)
        return Relations(losses, seen={"pair": z["pair"][there]} if bool(there.any()) else {})

    def embed(self, batch: Batch) -> Embeddings:
        """Nodes by the sum of all layers; products are scores."""
        seeds = batch[self.graph.slot]
        nodes, _ = self.everyone(seeds.value.wiring)
        found = nodes[seeds.value.index.clamp_min(0)] * seeds.present[..., None]
        return {self.graph.slot: {self.graph.slot: Embedding(found, seeds.present)}}
