"""TAGA."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Share
from coview.methods.crossmodal.clip import CLIP
from coview.modalities.graph import Graph
from coview.modalities.graph.written import around
from coview.modalities.text import Text
from coview.nn.documents import Documents
from coview.nn.encoder import Encoded, Encoder
from coview.nn.pairs import mean_over_pairs, tiled_info_nce
from coview.views.draw import Draw
from coview.views.looks import Positives, choose, looks


class TAGA(CLIP):
    """A node's neighbourhood as a graph and the same neighbourhood written down find each other, hop by hop.

    Paper: TAGA: Text-Attributed Graph Self-Supervised Learning by Synergizing Graph and Text Mutual Transformations.
    Zhang, Hu, Pan, Ling, Zhao. 2024. https://arxiv.org/abs/2405.16800

    Views: a neighbourhood sampled anew; and for each hop k = 1 .. K a document of it, as far as k edges reach. A walk
    from the node goes on to nodes farther away or back to where it came from (`views.documents.walk`) and so meets them
    in the order of sections; each has a heading with its level and number, its text, and the numbers of sections that
    it is beside but does not stand under.

    Loss: with u_k what the graph's encoder says of the node after k layers and v_k what the text's says of the k-th
    document, both projected, the mean over k of CLIP's loss of u_k and v_k.

    Requires: a slot of nodes of a large graph with texts (`Wiring.texts`), whose features sum up those texts, and a
    slot with each sample's own. Of whole graphs a text is the whole's, and the document is the text.

    Relations: CLIP at several depths, with a document for a caption. The paper's text could be read in part only: from
    it come the two views, the hierarchical layout, a walk that keeps the structure and reads as people do, and the
    alignment of every order with positives and negatives; InfoNCE, the walk's rule and the signs of the layout are
    choices made here. The authors' nodes are embedded by a pretrained language model; here features made beforehand
    (of Debian's packages, of their words) stand for that.

    Args:
        graph: the graph's encoder, best of K layers: the last hop is what it says at its end.
        text: the texts' encoder.
        hops: K.
        walk: steps of each walk.
        back: probability to go back where a walk could go on; with 0 and a long walk nothing is left out.
        words: ids of a document at most.
        dim: width of the joint space.
        temperature: at the start, in units of cosine similarity; learned.

    Example:
        >>> import coview
        >>> run = coview.fit("taga", data="ml-100k-graph", steps=5, batch_size=32, encoder_options={"dim": 32})
        >>> run.steps
        5
    """

    def __init__(
        self,
        graph: Encoder,
        text: Encoder,
        *,
        hops: Count = 2,
        walk: Count = 16,
        back: Share = 0.2,
        words: Count = 128,
        dim: Count = 128,
        temperature: AboveZero = 0.07,
    ) -> None:
        super().__init__({graph.slot: graph, text.slot: text}, dim=dim, temperature=temperature)
        self.graph_slot, self.text_slot, self.hops = graph.slot, text.slot, hops
        self.write = Documents(cast(Text, text.modality), hops, walk, back, words)

    @property
    def by_node(self) -> bool:
        """Whether samples are nodes of a large graph."""
        return cast(Graph, self.slot_encoders()[self.graph_slot].modality).by_node

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.graph_slot], self.slot_encoders()[self.graph_slot].modality
        own = looks(batch[self.text_slot], self.write.text, draw / "text", 1, Positives.NATURAL)
        if not self.by_node:
            graph = looks(slot, modality, draw / "graph", 1, Positives.NATURAL)
            return Views({self.graph_slot: graph, self.text_slot: own.pick([0] * self.hops)})
        nodes = slot.pick(choose(slot.present, draw / "graph", 1)[0])
        graph, beside, names = around(nodes, cast(Graph, modality), draw)
        return Views({self.graph_slot: graph, self.text_slot: self.write(nodes, names, beside, own, draw)})

    def represent(self, views: Views) -> Reps:
        nodes = self.encoders[self.graph_slot](views[self.graph_slot], layers=True)
        documents = self.encoders[self.text_slot](views[self.text_slot])
        there = {self.graph_slot: nodes.present.expand(-1, self.hops), self.text_slot: documents.present}
        features = {self.graph_slot: self.depths(nodes), self.text_slot: documents.pooled}
        return Reps(features | {f"{slot}/present": present for slot, present in there.items()})

    def depths(self, out: Encoded) -> Tensor:
        """What is said of each sample after 1, 2, ... layers and, last, at the end: `(B, K, D)`."""
        found = [out.pooled] * self.hops
        if out.layers and out.valid is not None:
            weight = out.valid.to(out.pooled.dtype)
            if self.by_node:
                weight = weight * (torch.arange(weight.shape[-1], device=weight.device) == 0)
            weight = (weight / weight.sum(-1, keepdim=True).clamp_min(1))[..., None]
            for k in range(self.hops - 1):
                layer = out.layers[min(k, len(out.layers) - 1)]
                found[k] = (F.layer_norm(layer, layer.shape[-1:]) * weight).sum(-2)  # as the end of a network is
        return torch.cat(found, 1)

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        ends, t = [self.hops - 1, 2 * self.hops - 1], self.scale.temperature
        pairs = [(k, self.hops + k) for k in range(self.hops)]
        loss = mean_over_pairs(lambda a, b: tiled_info_nce(a, b, t), looks, present, pairs)
        return Relations({} if loss is None else {"info_nce": loss}, seen=self.seen(looks[:, ends], present[:, ends]))
