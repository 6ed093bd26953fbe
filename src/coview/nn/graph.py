"""Graph networks over flat nodes and edges: small residual stacks of torch-geometric's layers, and its own models."""

from __future__ import annotations

import warnings
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.errors import MissingExtra
from coview.nn.encoder import TokenOutput
from coview.nn.rows import pick, pick_valid, unread
from coview.nn.transformer import TokenNet

if TYPE_CHECKING:
    from coview.modalities.graph import Graph
    from coview.modalities.graph.ragged import Graphs


class Layer(StrEnum):
    """How a node reads its neighbours.

    - `gin`: the sum of what they say, then an MLP (Xu et al., ICLR 2019; with edge features Hu et al., ICLR 2020).
    - `gcn`: the mean weighted by degrees (Kipf and Welling, ICLR 2017).
    - `sage`: the mean beside its own (Hamilton et al., NeurIPS 2017).
    - `mlp`: not at all; a node's features alone.
    """

    GIN = "gin"
    GCN = "gcn"
    SAGE = "sage"
    MLP = "mlp"


class GraphNet(nn.Module):
    """Embeds nodes, runs a body along the edges, hides nodes' features where told; nodes are tokens.

    What is hidden (`masked`, or not in `keep`) loses its features to a learned mask token and stays in its place: the
    structure is kept, as in GraphMAE (Hou et al., KDD 2022). Pooled is the mean over a whole graph's nodes, and the
    node itself where a sample is a node of a large graph.

    Args:
        modality: gives features and level.
        body: `(x (M, D), edges (2, E), values (E, P))` -> the output of each layer, each `(M, D)`.
        dim: D.
    """

    tokens_out = True

    def __init__(self, modality: Graph, body: nn.Module, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.by_node = modality.by_node
        self.embed = modality.token_embedding(dim)
        self.mask_token = nn.Parameter(torch.zeros(dim))
        self.body = body
        self.norm = nn.LayerNorm(dim)
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(
        self,
        value: Graphs,
        length: Tensor | None = None,
        *,
        keep: Tensor | None = None,
        keep_valid: Tensor | None = None,
        masked: Tensor | None = None,
        layers: bool = False,
    ) -> TokenOutput:
        """Encodes N graphs.

        Args:
            value: `(N, T)` prepared.
            length: not read: graphs know how many nodes they have.
            keep: `(N, K)` int64, the only nodes whose features are read and whose tokens are returned, by position.
            keep_valid: `(N, K)` bool, which of them count.
            masked: `(N, T)` bool, nodes whose features are hidden.
            layers: whether to return each layer's output.
        """
        flat, most = value.flat(), value.most
        x = self.embed(flat.x)
        hidden = unread(masked, keep, keep_valid, torch.Size((len(value), most)))
        if hidden is not None:
            x = torch.where(hidden[flat.graph, flat.place][:, None], self.mask_token.to(x.dtype), x)
        found = self.body(x, *flat.both_ways())
        nodes = self.norm(found[-1])
        pooled = _first(nodes, flat.start, flat.count) if self.by_node else _mean(nodes, flat.graph, flat.count)
        tokens = pick(flat.padded(nodes, most), keep)
        there = torch.arange(most, device=flat.count.device) < flat.count[:, None]
        outputs = [pick(flat.padded(each, most), keep) for each in found] if layers else None
        return TokenOutput(pooled, tokens, pick_valid(there, keep, keep_valid), outputs)


class Residual(nn.Module):
    """Layers of one kind, each on normalised nodes and added to them. Norms are over a node's own features, so that
    a graph's representation does not depend on the other graphs beside it.

    Args:
        layer: which kind.
        dim: D.
        depth: layers.
        edge_dim: P, features of an edge; read by `gin` alone.
        drop: dropout rate of what a layer adds.

    Raises:
        ValueError: there is no layer.
    """

    def __init__(self, layer: Layer, dim: int, depth: int, edge_dim: int, drop: float) -> None:
        super().__init__()
        if not depth:
            raise ValueError("it has no layer; depth is at least 1")
        self.with_edges = layer is Layer.GIN and edge_dim > 0
        self.layers = nn.ModuleList(_layer(layer, dim, edge_dim) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, edges: Tensor, values: Tensor) -> list[Tensor]:
        """See `GraphNet`."""
        found: list[Tensor] = []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            y = layer(norm(x), edges, values) if self.with_edges else layer(norm(x), edges)
            x = x + self.drop(F.gelu(y))
            found.append(x)
        return found


class GraphTransformer(TokenNet):
    """A transformer over nodes, each with its number and its neighbours' as position; needs no further library.

    The numbers are those the data gives, so unlike graph layers it is not blind to their order.
    """

    def forward(self, value: Any, length: Tensor | None = None, **how: Any) -> TokenOutput:
        """See `TokenNet`; where samples are nodes of a large graph, pooled is the node itself as far as it is read."""
        out = super().forward(value, length, **how)
        by_node = self.modality.by_node and how.get("keep") is None  # type: ignore[attr-defined]
        return TokenOutput(out.tokens[:, 0], out.tokens, out.valid, out.layers) if by_node else out


def small(modality: Graph, layer: Layer, dim: int, depth: int, drop: float) -> GraphNet:
    """A small residual network of one kind of layer."""
    return GraphNet(modality, Residual(layer, dim, depth, modality.edge_dim, drop), dim)


class Alone(nn.Module):
    """An MLP of a node's own features, where graph layers stand."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """`(M, D)` -> `(M, D)`; edges are not read."""
        return self.mlp(x)


def _layer(layer: Layer, dim: int, edge_dim: int) -> nn.Module:
    if layer is Layer.MLP:
        return Alone(dim)
    conv = geometric().nn.conv
    match layer:
        case Layer.GIN:
            mlp = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, dim))
            return (
                conv.GINEConv(mlp, train_eps=True, edge_dim=edge_dim) if edge_dim else conv.GINConv(mlp, train_eps=True)
            )
        case Layer.GCN:
            return conv.GCNConv(dim, dim)
        case Layer.SAGE:
            return conv.SAGEConv(dim, dim)


def geometric() -> Any:
    """torch-geometric, or MissingExtra."""
    try:
        with warnings.catch_warnings():  # its use of torch.jit is its makers' business
            warnings.simplefilter("ignore")
            import torch_geometric
            import torch_geometric.nn
    except ImportError as error:
        raise MissingExtra("torch-geometric", "graph") from error
    return torch_geometric


def _mean(nodes: Tensor, graph: Tensor, count: Tensor) -> Tensor:
    total = nodes.new_zeros(len(count), nodes.shape[1]).index_add(0, graph, nodes)
    return total / count.clamp_min(1).to(nodes.dtype)[:, None]


def _first(nodes: Tensor, start: Tensor, count: Tensor) -> Tensor:
    """The first node of each graph; zeros where it has none."""
    if not len(nodes):
        return nodes.new_zeros(len(count), nodes.shape[1])
    return torch.where((count > 0)[:, None], nodes[start.clamp_max(len(nodes) - 1)], 0.0)
