"""ParetoGNN."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Part, Weight
from coview.losses.canonical_correlation import canonical_correlation
from coview.losses.scaled_cosine import scaled_cosine_error
from coview.methods.base import Method
from coview.nn.edge_pairs import at_ends, drawn_edges, link_contrast
from coview.nn.encoder import Encoder
from coview.nn.graph import Layer
from coview.nn.graph_decoder import GraphDecoder, rebuilding_error
from coview.nn.heads import RowMLP, unit
from coview.nn.pairs import summary_contrast, tiled_nt_xent
from coview.views.draw import Draw
from coview.views.graph_looks import corrupted
from coview.views.looks import Positives, looks
from coview.views.masks import random_mask


class Pretext(StrEnum):
    """What the encoder learns from.

    - `features`: masked features are rebuilt (GraphMAE).
    - `links`: edges are told from pairs of nodes that are not joined.
    - `graph`: nodes agree with the mean of all, corrupted ones do not (Deep Graph Infomax).
    - `subgraph`: two looks at a node's surroundings agree, those at others are pushed away (NT-Xent).
    - `decorrelation`: two looks agree dimension by dimension, and dimensions say different things (CCA-SSG).
    """

    FEATURES = "features"
    LINKS = "links"
    GRAPH = "graph"
    SUBGRAPH = "subgraph"
    DECORRELATION = "decorrelation"


class ParetoGNN(Method):
    """Five pretexts of different philosophies share one graph encoder, none at another's cost.

    Paper: Multi-task Self-supervised Graph Neural Networks Enable Stronger Task Generalization. Ju, Zhao, Wen, Yu,
    Shah, Ye, Zhang. ICLR 2023. https://openreview.net/forum?id=1tHAZRqftM; the authors' code:
    https://github.com/jumxglhf/ParetoGNN

    Views: one with masked nodes, one as it is with some of its edges, a corrupted one, and two augmented.

    Loss: that of each pretext. Their gradients at the encoder, brought to length 1, are weighted so that their sum is
    shortest, and the weights are given to the gradients as they are (the rule `normalised-mgda`, as in the authors'
    code). `--balance sum` adds the losses instead.

    Requires: a slot of graphs; the extra `balance` for its default rule.

    Relations: each pretext is a method elsewhere: GraphMAE, the graph autoencoder, MVGRL with one structure, SimCLR;
    the last is VICReg's kin. The authors draw a subgraph for each pretext, and edges or features dropped for each; here
    all read the samples of the step, and the two looks serve two pretexts. Heads take their own loss's gradient as
    it is, where the authors weigh it too. Decorrelation's two halves weigh what they do in a batch of 10,000 nodes.

    Args:
        graph: the slot's encoder.
        pretexts: which are learned from.
        masked: share of the nodes masked (the authors: 0.5).
        edges: drawn from each sample in a step.
        dim: width of the heads of links and looks.
        temperature: of the looks' contrast, in units of cosine similarity.
        decorrelation: weight of that half of its loss.

    Example:
        >>> import coview
        >>> run = coview.fit("paretognn", data="ml-100k-graph", slots=["node"], steps=20, batch_size=16)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True
    balance = "normalised-mgda"

    def __init__(
        self,
        graph: Encoder,
        *,
        pretexts: Sequence[Pretext] = tuple(Pretext),
        masked: Part = 0.5,
        edges: Count = 16,
        dim: Count = 128,
        temperature: AboveZero = 0.1,
        decorrelation: Weight = 1e-3,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.pretexts = [Pretext(p) for p in pretexts]
        if not self.pretexts or len(set(self.pretexts)) < len(self.pretexts):
            raise UserError(f"pretexts are some of {', '.join(Pretext)}, each once; {', '.join(pretexts)} was given")
        if Pretext.FEATURES in self.pretexts:
            self.rebuild = GraphDecoder(graph.modality, graph.dim, Layer.GCN)  # type: ignore[arg-type]
        if Pretext.LINKS in self.pretexts:
            self.end, self.link = nn.Linear(graph.dim, dim), nn.Linear(dim, 1)
        if Pretext.GRAPH in self.pretexts:
            self.summary = nn.Linear(graph.dim, graph.dim, bias=False)
        if Pretext.SUBGRAPH in self.pretexts:
            self.look = RowMLP(graph.dim, dim, graph.dim)
        self.masked, self.edges, self.temperature, self.decorrelation = masked, edges, temperature, decorrelation

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.graph.slot], self.graph.modality
        plain = looks(slot, modality, draw, 1, Positives.NATURAL)
        views = {"plain": plain.with_value(plain.value, params=drawn_edges(plain, draw, self.edges))}
        weights: dict[str, Tensor] = {}
        if Pretext.FEATURES in self.pretexts:
            masked = random_mask(draw, plain.value.most, self.masked, valid=plain.valid)
            views["masked"] = plain.with_value(plain.value, params={"masked": masked, "hidden": masked})
            weights[Pretext.FEATURES] = (masked.flatten(1).sum(1) * plain.present[:, 0]).float()
        if Pretext.GRAPH in self.pretexts:
            views["corrupted"] = corrupted(plain, modality, draw)
        if {Pretext.SUBGRAPH, Pretext.DECORRELATION} & set(self.pretexts):
            views["pair"] = looks(slot, modality, draw / "pair", 2, Positives.AUGMENT)
        return Views(views, weights)

    def represent(self, views: Views) -> Reps:
        plain = views["plain"]
        features: dict[str, Tensor] = {"present": plain.present[:, 0]}
        losses: dict[str, Tensor] = {}
        if "masked" in views:
            losses[Pretext.FEATURES] = rebuilding_error(
                self.graph, self.rebuild, views["masked"], plain, lambda x, y: scaled_cosine_error(x, y, gamma=3)
            )
        if {Pretext.LINKS, Pretext.GRAPH} & set(self.pretexts):
            out = self.graph(plain)
            assert out.tokens is not None
            features["nodes"] = out.pooled[:, 0]
            if Pretext.LINKS in self.pretexts:
                ends = at_ends(out.tokens[:, 0], plain.params["ends"][:, 0])
                features |= {"ends": F.relu(self.end(unit(ends))), "linked": plain.params["linked"][:, 0]}
        if "corrupted" in views:
            features["corrupted"] = self.graph(views["corrupted"]).pooled[:, 0]
        if "pair" in views:
            features["pair"] = self.graph(views["pair"]).pooled
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        losses: dict[str, Tensor] = {}
        seen: dict[str, Tensor] = {}
        if not bool(z["present"].any()):
            return Relations()
        if "ends" in z:
            links = link_contrast(z["ends"], z["linked"], z.draw, lambda a, b: self.link(a * b)[:, 0])
            losses |= {} if links is None else {Pretext.LINKS: links}
        if "corrupted" in z:
            true, wrong = z.there("nodes", "corrupted")
            summary = self.summary(true.mean(0).sigmoid())
            losses[Pretext.GRAPH] = 2 * summary_contrast(true, wrong, summary)  # the sum of both halves
        if "pair" in z:
            (pair,) = z.there("pair")
            seen["pair"] = pair
            if Pretext.SUBGRAPH in self.pretexts:
                losses[Pretext.SUBGRAPH] = tiled_nt_xent(self.look(pair), self.temperature)
            if Pretext.DECORRELATION in self.pretexts:
                a, b = pair.unbind(1)
                losses[Pretext.DECORRELATION] = canonical_correlation(a, b, decorrelation=self.decorrelation)
        elif "nodes" in z:
            (seen["nodes"],) = z.there("nodes")
        return Relations(losses, seen=seen)
