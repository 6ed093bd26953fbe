"""The graph modality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from coview.batch import View
from coview.losses.scaled_cosine import scaled_cosine_error
from coview.modalities.base import Modality, stack_present
from coview.modalities.graph import plain
from coview.modalities.graph.columns import Columns
from coview.modalities.graph.features import Scale
from coview.modalities.graph.fitting import fit
from coview.modalities.graph.item import NodeOf, WholeGraph
from coview.modalities.graph.options import LOOKED_AT, GraphOptions
from coview.modalities.graph.picture import draw_graphs
from coview.modalities.graph.ragged import Flat, Graphs
from coview.modalities.graph.read import read_graph
from coview.modalities.graph.sampler import neighbourhoods
from coview.modalities.graph.splice import splice
from coview.modalities.graph.stored import store
from coview.modalities.graph.wiring import Seeds
from coview.nn.graph import GraphTransformer, Layer, small
from coview.nn.light_gcn import LightGCN
from coview.nn.positions import sincos
from coview.views import graph as looks
from coview.views.draw import Draw


class Graph(Modality):
    """Graphs: nodes with features, edges without direction, with or without features.

    Two levels. Either a sample is a whole graph (a molecule, a brain), stored as ragged `Graphs (B, V, T)`; or it is a
    node of a large graph (a package, a film), stored as `Seeds (B, V, T)` that share the graph, and looked at with its
    neighbourhood, sampled anew by key for each look. Prepared values are `Graphs` at either level, the node itself
    first; `length (B, V)` is how many nodes there are. Tokens are nodes, `(B, V, T, F)` features; a neighbourhood is
    drawn from the whole graph, whatever part of a split its nodes are in.

    `augment` grows a connected part from a random node, drops nodes and edges, hides nodes (GraphCL: You et al. 2020)
    and drops features (GRACE: Zhu et al. 2020); of a node's neighbourhood, drawn anew, it drops edges and features
    alone. Its `params` are `share (B, V)`, of the nodes. Prepared neighbourhoods have `node (B, V, T)` int64: which
    node of the large graph each of theirs is, -1 for none.

    Args:
        mean, std: of each feature of a node, taken off and divided by.
        edge_mean, edge_std: the same of an edge.
        nodes: T, nodes that a graph may have.
        by_node: whether a sample is a node of a large graph.
        total: nodes of that large graph; 0 where it was not counted.
        who: a hash of those nodes' names; nothing where they have none.
        kinds: how many kinds of nodes it has.
        fanout: neighbours drawn at the node, at each of them, and so on.
        scale: least and greatest share of a whole graph's nodes that `augment` keeps.
        drop_nodes, drop_edges, drop_features, hide_nodes: shares.
        columns: names of the features of nodes, and of edges, by which they are found in other data; nothing where they
            have none, and places count.
    """

    name = "graph"
    hidden = 0.5  # GraphMAE, Hou et al. 2022
    default_encoder = "gin"
    token_encoder = "gin"

    def __init__(
        self,
        mean: Sequence[float],
        std: Sequence[float],
        edge_mean: Sequence[float] = (),
        edge_std: Sequence[float] = (),
        *,
        nodes: int,
        by_node: bool = False,
        total: int = 0,
        who: str = "",
        kinds: int = 1,
        fanout: Sequence[int] = (8, 4),
        scale: Sequence[float] = (0.7, 1.0),
        drop_nodes: float = 0.05,
        drop_edges: float = 0.1,
        drop_features: float = 0.1,
        hide_nodes: float = 0.1,
        columns: Sequence[Sequence[str]] = ((), ()),
    ) -> None:
        self.node_scale, self.edge_scale = Scale(list(mean), list(std)), Scale(list(edge_mean), list(edge_std))
        self.nodes, self.by_node, self.fanout = nodes, by_node, [int(width) for width in fanout]
        self.total, self.who, self.kinds = total, who, kinds
        self.scale = (float(scale[0]), float(scale[1]))
        self.drop_nodes, self.drop_edges = drop_nodes, drop_edges
        self.drop_features, self.hide_nodes = drop_features, hide_nodes
        self.edge_dim = len(self.edge_scale)
        self.token_dim = self.target_dim = len(self.node_scale)
        of_node, of_edge = columns
        self.columns = Columns((tuple(of_node), tuple(of_edge)), (self.token_dim, self.edge_dim))

    @classmethod
    def adapt(cls, items: Iterable[WholeGraph | NodeOf], **options: Any) -> Graph:
        """Features and sizes from items, as far as options do not say; see `GraphOptions`."""
        chosen = GraphOptions.of(options)
        return cls(**fit(items, chosen), **{name: getattr(chosen, name) for name in LOOKED_AT})

    def config(self) -> dict[str, Any]:
        """Everything `__init__` takes."""
        scales = {"mean": self.node_scale.mean, "std": self.node_scale.std}
        scales |= {"edge_mean": self.edge_scale.mean, "edge_std": self.edge_scale.std}
        own = {name: getattr(self, name) for name in ("nodes", "by_node", "total", "who", "kinds", *LOOKED_AT)}
        return {**scales, **own, "columns": [list(names) for names in self.columns.names]}

    @staticmethod
    def read(raw: Any) -> WholeGraph | NodeOf:
        """See `read_graph`."""
        return read_graph(raw)

    def unfit(self, item: WholeGraph | NodeOf) -> str | None:
        """Why an item has no place in this slot, or None."""
        if isinstance(item, NodeOf) != self.by_node:
            levels = "is a whole graph, and the slot holds nodes of a large one"
            return levels if self.by_node else "is a node of a large graph, and the slot holds whole ones"
        if reason := self.columns.unfit(item.wiring if isinstance(item, NodeOf) else item):
            return reason
        if isinstance(item, WholeGraph) and len(item.x) > self.nodes:
            return f"has {len(item.x):,} nodes, more than the {self.nodes:,} of the slot (option graph.nodes)"
        return None

    def notes(self, item: WholeGraph | NodeOf) -> Sequence[str]:
        """Features that the run does not know."""
        return self.columns.notes(item.wiring if isinstance(item, NodeOf) else item)

    def collate(self, items: Sequence[Sequence[WholeGraph | NodeOf | None]]) -> View:
        """Ragged `Graphs`, or `Seeds` of one large graph; what does not fit (`unfit`) is absent."""
        fitting = [[None if item is None or self.unfit(item) else item for item in sample] for sample in items]
        present = stack_present(fitting)
        value = store(fitting, tuple(present.shape), self)
        length = None if isinstance(value, Seeds) else value.count
        return View(value, self.name, present, length)

    def prepare(self, view: View) -> View:
        """Features to scale; of nodes of a large graph, a neighbourhood that each node has once and for all."""
        if isinstance(view.value, Graphs):
            return self._prepared(view, view.value.flat())
        nodes = view.value.index.flatten()
        key = nodes.clone()
        key[nodes >= 0] = view.value.wiring.names[nodes[nodes >= 0]]
        flat, which = self._sampled(view, key, Draw(0, 0, key))
        prepared = self._prepared(view, flat)
        node = (flat.padded(which + 1, self.nodes) - 1).unflatten(0, view.present.shape)
        return prepared.with_value(prepared.value, params={**view.params, "node": node})

    def augment(self, view: View, draw: Draw) -> View:
        """See the class."""
        return self._look(view, draw, None if self.by_node else self.scale, self.nodes)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """Augmented from a connected part, of a neighbourhood the part around the node itself."""
        return self._look(view, draw, scale, max(1, math.ceil(self.nodes * size)))

    def _look(self, view: View, draw: Draw, scale: tuple[float, float] | None, most: int) -> View:
        width = view.width
        key = draw.bits("look", width).reshape(-1)
        at = draw.of(key)
        if isinstance(view.value, Seeds):
            flat, which = self._sampled(view, key, draw)
            keys = looks.node_keys(flat, key, view.value.wiring.names[which])
            root = torch.zeros_like(flat.count)
        else:
            flat = view.value.flat()
            keys = looks.node_keys(flat, key)
            root = (at("root") * flat.count).long().minimum((flat.count - 1).clamp_min(0))
        whole = flat.count
        if scale is not None:
            kept = looks.grow(flat, draw, keys, at.uniform("share", *scale), root, most)
            flat, keys = flat.select(kept), keys.index_select(0, kept.nonzero()[:, 0])
        if self.drop_nodes and not self.by_node:
            kept = looks.drop_nodes(flat, draw, keys, self.drop_nodes)
            flat, keys = flat.select(kept), keys.index_select(0, kept.nonzero()[:, 0])
        if self.drop_edges:
            flat = looks.drop_edges(flat, draw, keys, self.drop_edges)
        flat = self.scaled(flat)
        if self.hide_nodes and not self.by_node:
            flat = looks.hide_nodes(flat, draw, keys, self.hide_nodes)
        if self.drop_features:
            flat = looks.drop_features(flat, draw, key, self.drop_features)
        share = (flat.count / whole.clamp_min(1)).view(-1, width)
        seeds = view.value.flatten() if isinstance(view.value, Seeds) else None
        value = Graphs.of(flat, tuple(view.present.shape), most, seeds)
        return View(value, self.name, view.present, value.count, {**view.params, "share": share})

    def _sampled(self, view: View, key: Tensor, draw: Draw) -> tuple[Flat, Tensor]:
        """Neighbourhoods, and which node of the large graph each of theirs is."""
        seeds = torch.where(view.present, view.value.index, -1).flatten()
        return neighbourhoods(view.value.wiring, seeds, key, draw, self.fanout)

    def scaled(self, flat: Flat) -> Flat:
        return flat.with_nodes(self.node_scale(flat.x)).with_edges(flat.edges, self.edge_scale(flat.values))

    def _prepared(self, view: View, flat: Flat) -> View:
        seeds = view.value.flatten() if isinstance(view.value, Seeds) else None
        value = Graphs.of(self.scaled(flat), tuple(view.present.shape), self.nodes, seeds)
        return View(value, self.name, view.present, value.count, view.params)

    def tokens(self, view: View) -> View:
        """Nodes' features, `(B, V, T, F)`."""
        flat = view.value.flat()
        return view.with_value(flat.padded(flat.x, view.value.most).unflatten(0, view.present.shape))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Features with zeros where `like` has no node."""
        valid = like.valid
        return tokens if valid is None else tokens.masked_fill(~valid[..., None], 0)

    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """GraphMAE's `scaled_cosine_error` with gamma 2: `(..., F)` -> `(...)`."""
        return scaled_cosine_error(prediction, tokens)

    def blend(self, own: View, other: View, share: Tensor) -> View:
        """The first nodes of one beside the last of the other: see `splice`."""
        return splice(own, other, share)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`, nodes in the order of their numbers; a neighbourhood's as they were met."""
        return (view.value.most,)

    def places(self, view: View, dim: int) -> Tensor:
        """Half of it says which node it is, half the mean of which ones are beside it: `(B, V, T, dim)`.

        Attention finds a node's neighbours by comparing the one half with the other.
        """
        flat = view.value.flat()
        own = sincos((view.value.most,), dim - dim // 2, device=flat.x.device)[flat.place]
        (here, there), _ = flat.both_ways()
        degree = torch.bincount(there, minlength=len(own)).clamp_min(1)
        beside = torch.zeros_like(own).index_add(0, there, own[here]) / degree[:, None]
        both = torch.cat([own, beside[:, : dim // 2]], 1)
        return flat.padded(both, view.value.most).unflatten(0, view.present.shape)

    def raw(self, view: View) -> Tensor:
        """What a plain model would read, `(B, V, D)`.

        Of a whole graph the mean and deviation of its nodes' features, the mean of its edges', and the logarithms of
        how many there are; of a node its own features, the mean of its sampled neighbours', and the logarithm of its
        degree.
        """
        flat = self.prepare(view).value.flat()
        if isinstance(view.value, Seeds):
            degree = view.value.wiring.degree[view.value.index.flatten().clamp_min(0)]
            found = plain.of_nodes(flat, degree)
        else:
            found = plain.of_wholes(flat)
        return found.unflatten(0, view.present.shape) * view.present[..., None]

    def show(self, view: View) -> list[list[Any]]:
        """A drawing of each graph."""
        return draw_graphs(self.prepare(view), self.by_node)

    def show_prepared(self, view: View) -> list[list[Any]] | None:
        """The same of prepared views."""
        return draw_graphs(view, self.by_node)

    def _gin(self, *, dim: int = 128, depth: int = 3, drop: float = 0.0) -> nn.Module:
        """Sums over neighbours (torch-geometric's GIN, with edge features GINE) and residual connections."""
        return small(self, Layer.GIN, dim, depth, drop)

    def _gcn(self, *, dim: int = 128, depth: int = 3, drop: float = 0.0) -> nn.Module:
        """Degree-weighted means over neighbours (torch-geometric's GCN) and residual connections."""
        return small(self, Layer.GCN, dim, depth, drop)

    def _sage(self, *, dim: int = 128, depth: int = 3, drop: float = 0.0) -> nn.Module:
        """Means over neighbours beside the node itself (torch-geometric's GraphSAGE) and residual connections."""
        return small(self, Layer.SAGE, dim, depth, drop)

    def _mlp(self, *, dim: int = 128, depth: int = 3, drop: float = 0.0) -> nn.Module:
        """Nodes' own features without their neighbours', and residual connections."""
        return small(self, Layer.MLP, dim, depth, drop)

    def _lightgcn(self, *, dim: int = 64, depth: int = 2) -> nn.Module:
        """A vector of its own for each node of one large graph, and plain sums over neighbours (LightGCN)."""
        return LightGCN(self, dim, depth)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {
        "gin": _gin,
        "gcn": _gcn,
        "sage": _sage,
        "mlp": _mlp,
        "lightgcn": _lightgcn,
        "vit": GraphTransformer,
    }
    libraries: ClassVar[Mapping[str, str]] = {"pyg": "coview.nn.torch_geometric", **Modality.libraries}
