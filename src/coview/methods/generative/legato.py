"""LEGATO."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, Views
from coview.kinds import Count, Portion, Weight
from coview.losses import edge_error, edge_sparsity, node_orthogonality
from coview.losses.parts import masked_mean
from coview.methods.base import Method, embed_slot
from coview.modalities.base import present_mean
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP, RowNorm
from coview.nn.slot_dict import SlotDict
from coview.nn.tokens import valid_or_all
from coview.nn.view_graph import EdgeLearner, GraphPooling
from coview.views.draw import Draw
from coview.views.looks import Positives
from coview.views.slot_looks import slot_looks


class LEGATO(Method):
    """Sets of measurements are nodes of a graph with learned edges, squeezed into a smaller graph and rebuilt from it.

    Paper: Learning Representations without Compositional Assumptions. Liu, Berrevoets, Qian, van der Schaar. ICML 2023.
    https://arxiv.org/abs/2305.19726 (authors' code: tennisonliu/LEGATO)

    Views: one natural view of each slot, not augmented.

    Loss: the mean over slots of the mean token loss between a slot and what its decoder makes of its rebuilt node; c
    times the distance of the rebuilt edges; a times the mean |cos| between two latent nodes; and b times the sum of
    |A - I| over the learned edges A. Edges are |cos| of a layer's view of two nodes, cut off at 0.1; pooling and
    unpooling are soft assignments by graph convolutions.

    Requires: two slots or more of any modality; made for tables. Samples that lack a slot take no part.

    Relations: CMC and CLIP keep what every pair of slots shares; here each latent node gathers the slots that it finds
    related, and nothing is contrasted. `embed` gives the latent nodes side by side, in the space `latent`, the same for
    every slot; the authors read their mean, and fine-tune for most tasks. A slot's decoder tells its tokens one by one
    from its node and the token's position. Slots share one normalisation, as in the authors' code: in training each by
    its own batch, in use by what ran over all.

    Args:
        encoders: the chosen slots' encoders.
        dim: width of a node.
        ratio: latent nodes for each slot (as in the authors' code the latent nodes are wider by as much as fewer).
        hidden: width of the decoders' hidden layer.
        graph: c (with the authors' batches of 64, as in their code).
        orthogonality: a (the authors: 0.01 to 1); of no effect where there is one latent node, as there is of two slots
            at the default ratio.
        sparsity: b (the authors: 0.01 to 1).

    Example:
        >>> import coview
        >>> run = coview.fit("legato", data="satellite", steps=5, batch_size=64)
        >>> run.steps
        5
    """

    slot_counts = (2, None)
    spaces = ("latent",)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 64,
        ratio: Portion = 0.5,
        hidden: Count = 128,
        graph: Weight = 0.125,
        orthogonality: Weight = 0.01,
        sparsity: Weight = 0.1,
    ) -> None:
        super().__init__()
        self.encoders = SlotDict(encoders)
        self.node = SlotDict({slot: nn.Linear(e.dim, dim) for slot, e in encoders.items()})
        self.norm = RowNorm(dim)
        slots, latent = len(encoders), max(math.ceil(len(encoders) * ratio), 1)
        width = round(dim / ratio)
        self.edges = EdgeLearner(dim, slots)
        self.pool = GraphPooling(dim, latent, width, over_nodes=True)
        self.unpool = GraphPooling(width, slots, dim, over_nodes=False)
        self.decoders = SlotDict({slot: RowMLP(2 * dim, hidden, e.modality.target_dim) for slot, e in encoders.items()})
        self.dim = dim
        self.graph, self.orthogonality, self.sparsity = graph, orthogonality, sparsity

    def views(self, batch: Batch, draw: Draw) -> Views:
        encoders = self.slot_encoders()
        return Views(slot_looks(batch, encoders, draw, dict.fromkeys(encoders, 1), Positives.NATURAL))

    def represent(self, views: Views) -> Reps:
        features: dict[str, Tensor] = {}
        present: list[Tensor] = []
        for slot, encoder in self.slot_encoders().items():
            view, modality = views[slot], encoder.modality
            out, tokens = encoder(view), modality.tokens(view)
            places = modality.places(view, self.dim).expand(*tokens.value.shape[:3], -1)
            told = {"tokens": tokens.value.nan_to_num(0), "known": tokens.value.isfinite()}
            told |= {"valid": valid_or_all(tokens.valid, tokens.value, 3), "places": places}
            features |= {f"{slot}/{name}": x[:, 0] for name, x in told.items()}
            features[f"{slot}/node"] = self.node[slot](out.pooled[:, 0])
            present.append(out.present[:, 0])
        return Reps({**features, "present": torch.stack(present).all(0)})

    def relate(self, z: Features) -> Relations:
        slots = self.slot_encoders()
        nodes = z.there(*(f"{slot}/node" for slot in slots))
        if not len(nodes[0]):
            return Relations()
        latent, rebuilt, losses = self.squeeze(nodes)
        total = rebuilt.new_zeros(())
        for node, (slot, encoder) in zip(rebuilt.unbind(1), slots.items(), strict=True):
            told = z.there(*(f"{slot}/{name}" for name in ("tokens", "known", "valid", "places")))
            tokens, known, valid, places = told
            tokens = tokens.masked_fill(~known, torch.nan) if tokens.is_floating_point() else tokens
            asked = torch.cat([node[:, None].expand(-1, tokens.shape[1], -1), places.to(node.dtype)], -1)
            each = encoder.modality.token_loss(self.decoders[slot](asked), tokens)
            total = total + masked_mean(each, valid).mean() / len(slots)
        return Relations({"reconstruction": total, **losses}, seen={"latent": latent.flatten(1)})

    def squeeze(self, nodes: list[Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """From V nodes `(N, dim)` latent ones `(N, K, width)`, rebuilt ones `(N, V, dim)`, and losses by name."""
        normal = torch.stack([self.norm(node) for node in nodes], 1)
        edges = self.edges(normal)
        latent, latent_edges = self.pool(normal, edges)
        rebuilt, rebuilt_edges = self.unpool(latent, latent_edges)
        losses = {"edges": self.graph * edge_error(edges, rebuilt_edges)}
        if latent.shape[1] > 1 and self.orthogonality:
            losses["orthogonality"] = self.orthogonality * node_orthogonality(latent)
        if self.sparsity:
            losses["sparsity"] = self.sparsity * edge_sparsity(edges)
        return latent, rebuilt, losses

    def embed(self, batch: Batch) -> Embeddings:
        """The latent nodes in `latent`, under every slot, where all are there, of the mean of a slot's natural views;
        and each slot's own features.
        """
        own = {slot: embed_slot(encoder, batch) for slot, encoder in self.slot_encoders().items() if slot in batch}
        found: Embeddings = {}
        if len(own) == len(self.encoders):
            means = {slot: present_mean(e.values, e.present) for slot, e in own.items()}
            latent, _, _ = self.squeeze([self.node[slot](mean) for slot, mean in means.items()])
            there = torch.stack([e.present.any(1) for e in own.values()]).all(0)[:, None]
            values = latent.flatten(1)[:, None] * there[..., None]
            found["latent"] = {slot: Embedding(values, there) for slot in own}
        return found | {slot: {slot: e} for slot, e in own.items()}
