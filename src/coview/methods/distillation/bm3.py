"""BM3."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, Views
from coview.kinds import Rate, Weight
from coview.losses.scaled_cosine import scaled_cosine_error
from coview.methods.base import Method, embed_slot
from coview.modalities.graph.wiring import Wiring
from coview.nn.encoder import Encoder
from coview.nn.light_gcn import light_gcn
from coview.views.draw import Draw
from coview.views.interactions import partners
from coview.views.looks import Positives, looks


class BM3(Method):
    """Who met whom, and what things show, is predicted from what dropout leaves of the other: no negatives, no teacher.

    Paper: Bootstrap Latent Representations for Multi-modal Recommendation. Zhou, Zhou, Liu, Zeng, Miao, Wang, You,
    Jiang. WWW 2023. https://arxiv.org/abs/2207.05969; the authors' code: https://github.com/enoche/BM3

    Views: a node and one of its neighbours, drawn anew each step; the node's text, and its own features. A second view
    is the first's representation with some of its numbers dropped, and no gradient.

    Loss: with h a node's representation, h' what dropout leaves of it, m that of a modality projected, q the predictor
    and d(a, b) = 1 - cos(a, b): of a pair, d(q(h_u), h'_i) + d(q(h_i), h'_u); of a thing and each of its modalities,
    `align` (d(q(m), h') + d(q(m), m')); and `decay` times the length of all representations of each kind
    over how many of the last kind there are.

    Requires: a slot of nodes of one large graph, and one of texts that some of them have.

    Relations: SimSiam, on representations, and between neighbours. Things (all kinds of nodes but the first) have their
    vector added to what LightGCN says of them. Scores are products of predictions, so these are embedded. The authors'
    modalities are features of pictures and texts made beforehand and trained further; here the text's encoder learns,
    and the graph's features (genres of a film), which stay as they are, are the other. Samples are nodes, each alike,
    and one of its edges; theirs are edges.

    Args:
        graph: the slot's encoder, `lightgcn`.
        text: the texts'.
        drop: rate of dropout (the authors: 0.3 or 0.5).
        align: weight of the modalities' losses (the authors: 2).
        decay: of lengths (the authors: 0.1 or 0.01).

    Example:
        >>> import coview
        >>> run = coview.fit("bm3", data="ml-100k-graph", steps=20, batch_size=512, encoder_options={"dim": 32})
        >>> run.verdict.status
        'healthy'
    """

    batch_size = 1024
    spaces = ("recommendation",)
    own_encoders = {"graph": "lightgcn"}  # noqa: RUF012

    def __init__(self, graph: Encoder, text: Encoder, *, drop: Rate = 0.5, align: Weight = 2.0, decay: Weight = 0.1):
        super().__init__()
        self.graph, self.text = graph, text
        light_gcn(graph, "BM3")
        self.told = nn.Linear(text.dim, graph.dim)
        self.features = nn.Linear(graph.modality.token_dim, graph.dim)
        self.predictor = nn.Linear(graph.dim, graph.dim)
        for layer in (self.told, self.features, self.predictor):
            nn.init.xavier_normal_(layer.weight)
        self.drop, self.align, self.decay = drop, align, decay

    def views(self, batch: Batch, draw: Draw) -> Views:
        pair = partners(batch[self.graph.slot], draw)
        text = looks(batch[self.text.slot], self.text.modality, draw / "text", 1, Positives.NATURAL)
        scale = self.graph.modality.node_scale  # type: ignore[attr-defined]
        carry = {"features": scale(pair.value.wiring.x[pair.value.index[:, 0]])}
        carry["kept"] = draw("kept", 4, self.graph.dim) >= self.drop
        met = pair.present[:, 0].float()
        modalities = met * text.present[:, 0]
        weights = {"text": modalities, "features": modalities, "met": met, "decay": met}
        return Views({"pair": pair, "text": text}, weights, carry=carry)

    def everyone(self, wiring: Wiring) -> Tensor:
        """All nodes' representations, `(N, D)`."""
        net = light_gcn(self.graph, "BM3")
        return net.everyone(wiring) + net.vectors(wiring) * (wiring.kinds > 0)[:, None]

    def represent(self, views: Views) -> Reps:
        seeds = views["pair"].value
        nodes, kinds = self.everyone(seeds.wiring), seeds.wiring.kinds
        pair = nodes[seeds.index]
        features, kept = views.carry["features"].to(nodes.dtype), views.carry["kept"]
        modalities = {"text": self.told(self.text(views["text"]).pooled[:, 0]), "features": self.features(features)}

        def view(x: Tensor, turn: int) -> Tensor:
            return x.detach() * kept[:, turn] / (1 - self.drop)

        targets = torch.stack([view(pair[:, 0], 0), view(pair[:, 1], 1)], 1)
        found = self.predictor(pair)
        losses = {"met": scaled_cosine_error(found, targets.flip(1), gamma=1).sum(1)}
        for turn, (name, m) in enumerate(modalities.items()):
            said = self.predictor(m)
            across = scaled_cosine_error(said, targets[:, 0], gamma=1)
            losses[name] = self.align * (across + scaled_cosine_error(said, view(m, 2 + turn), gamma=1))
        lengths = torch.stack([torch.linalg.vector_norm(nodes[kinds == k]) for k in kinds.unique()]).sum()
        losses["decay"] = (self.decay * lengths / (kinds == kinds.max()).sum()).expand(len(pair))
        return Reps({"pair": found.detach(), "present": views["pair"].present}, losses)

    def relate(self, z: Features) -> Relations:
        there = z["present"].all(1)
        return Relations(seen={"pair": z["pair"][there]} if bool(there.any()) else {})

    def embed(self, batch: Batch) -> Embeddings:
        """Texts in their own space; nodes and texts in `recommendation`, where products are scores."""
        found: Embeddings = {}
        joint: dict[str, Embedding] = {}
        if self.text.slot in batch:
            own = embed_slot(self.text, batch)
            found[self.text.slot] = {self.text.slot: own}
            joint[self.text.slot] = Embedding(self.predictor(self.told(own.values)), own.present)
        if self.graph.slot in batch:
            seeds = batch[self.graph.slot]
            said = self.predictor(self.everyone(seeds.value.wiring)[seeds.value.index.clamp_min(0)])
            joint[self.graph.slot] = Embedding(said * seeds.present[..., None], seeds.present)
        return {**found, "recommendation": joint}
