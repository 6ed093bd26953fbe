"""torch-geometric's networks as encoders of graphs, by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from coview.errors import UserError
from coview.nn.graph import GraphNet, geometric

if TYPE_CHECKING:
    from coview.modalities.graph import Graph


def check(name: str) -> None:
    """Raises UserError where torch-geometric has no such model, MissingExtra where it is not installed."""
    kinds = _kinds()
    if name not in kinds:
        near = get_close_matches(name, kinds, n=1)
        hint = f"did you mean pyg:{near[0]}?" if near else f"it has {', '.join(sorted(kinds))}"
        raise UserError(f"torch-geometric has no model {name!r} that maps nodes to nodes; {hint}")


def build(name: str, modality: Graph, *, dim: int = 128, depth: int = 3, **options: Any) -> GraphNet:
    """A model of `torch_geometric.nn.models` that maps nodes to nodes (GAT, PNA, GraphSAGE, ...).

    Args:
        name: of the model.
        modality: gives features of nodes and edges.
        dim: D, in and out of the model.
        depth: its layers.
        options: what the model takes besides.

    Raises:
        UserError: there is no such model, or it does not map nodes to nodes.
        MissingExtra: torch-geometric is not installed.
    """
    check(name)
    kind = _kinds()[name]
    if kind.supports_edge_attr and modality.edge_dim:
        options = {"edge_dim": modality.edge_dim, **options}
    try:
        return GraphNet(modality, Library(kind(dim, dim, depth, dim, **options)), dim)
    except (AssertionError, TypeError, ValueError) as error:
        raise UserError(f"pyg:{name} cannot be made with {options or 'its defaults'}: {error}") from error


class Library(nn.Module):
    """A model of torch-geometric as a body; its last layer's output is its only one."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.with_edges = bool(getattr(model, "edge_dim", None))

    def forward(self, x: Tensor, edges: Tensor, values: Tensor) -> list[Tensor]:
        """See `GraphNet`."""
        return [self.model(x, edges, edge_attr=values) if self.with_edges else self.model(x, edges)]


def _kinds() -> dict[str, Any]:
    models = geometric().nn.models
    basic = models.basic_gnn.BasicGNN
    return {n: kind for n, kind in vars(models).items() if isinstance(kind, type) and issubclass(kind, basic)}
