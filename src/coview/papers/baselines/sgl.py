"""LightGCN trained to rank, with or without a contrast of thinned graphs: what recommenders are held against."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.losses.info_nce import info_nce_rows
from coview.losses.pairwise_ranking import pairwise_ranking
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.light_gcn import light_gcn
from coview.views.draw import Draw
from coview.views.interactions import each_node, interactions, kept_edges


class SGL(Method):
    """Neighbours rank above strangers, and a node is found again after other edges were left out.

    Paper: Self-supervised Graph Learning for Recommendation. Wu, Wang, Feng, He, Chen, Lian, Xie. SIGIR 2021.
    https://arxiv.org/abs/2010.10783 (edge dropout, SGL-ED). With `contrast=0` it is LightGCN as its authors train it:
    He, Deng, Wang, Li, Zhang, Wang. SIGIR 2020. https://arxiv.org/abs/2002.02126

    Views: an edge and a stranger; the whole graph, and twice with some of its edges.

    Loss: `pairwise_ranking` of products, plus `decay` times half the squared lengths of the vectors that were read,
    plus `contrast` times InfoNCE between the two thinned graphs' representations, within each kind of node.

    Requires: a slot of nodes of one large graph.

    Relations: DCCF learns how much each edge counts instead of leaving some out by chance.

    Args:
        graph: the slot's encoder, `lightgcn`.
        contrast: weight of the contrast (the authors: 0.1).
        drop: share of the edges left out (the authors: 0.1 to 0.5).
        temperature: of the contrast, in units of cosine similarity (the authors: 0.2).
        decay: of the vectors (the authors of both: 1e-4).

    Example:
        >>> import coview
        >>> run = coview.fit("sgl.py:SGL", data="ml-100k-graph", steps=20)  # doctest: +SKIP
    """

    batch_size = 1024
    own_encoders = {"graph": "lightgcn"}  # noqa: RUF012

    def __init__(
        self,
        graph: Encoder,
        *,
        contrast: float = 0.1,
        drop: float = 0.1,
        temperature: float = 0.2,
        decay: float = 1e-4,
    ) -> None:
        super().__init__()
        self.graph = graph
        light_gcn(graph, "SGL")
        self.contrast, self.drop, self.temperature, self.decay = contrast, drop, temperature, decay

    def views(self, batch: Batch, draw: Draw) -> Views:
        triple = interactions(batch[self.graph.slot], draw)
        wiring = triple.value.wiring
        thinned = [kept_edges(wiring, draw, self.drop, name) for name in ("one", "other")] if self.contrast else []
        met = triple.present[:, 0].float()
        return Views({"triple": triple}, {"ranking": met, "decay": met}, {"thinned": thinned})

    def represent(self, views: Views) -> Reps:
        net, triple = light_gcn(self.graph, "SGL"), views["triple"]
        wiring, index = triple.value.wiring, triple.value.index
        left, right, stranger = net.everyone(wiring)[index].unbind(1)
        losses = {"ranking": pairwise_ranking((left * right).sum(1), (left * stranger).sum(1))}
        losses["decay"] = self.decay * net.vectors(wiring)[index].square().sum((1, 2)) / 2
        features = {"node": index[:, :2], "kind": wiring.kinds[index[:, :2]], "present": triple.present[:, :2]}
        features["pair"] = torch.stack([left, right], 1)
        thinned = [net.everyone(wiring, kept)[index[:, :2]] for kept in views.step["thinned"]]
        if thinned:
            features["looks"] = torch.stack(thinned, 2)
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        if not bool(z["present"].any()):
            return Relations()
        seen = {"pair": z["pair"][z["present"].all(1)]}
        if "looks" not in z:
            return Relations(seen=seen)
        losses: dict[str, Tensor] = {}
        for kind, at in each_node(z["node"], z["kind"], z["present"]):
            one, other = z["looks"].flatten(0, 1)[at].unbind(1)
            own = torch.arange(len(at), device=at.device)
            each = by_rows(info_nce_rows, (one, own), (other, self.temperature))
            losses[f"contrast {kind}"] = self.contrast * each.mean()
        return Relations(losses, seen=seen)
