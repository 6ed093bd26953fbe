"""Relations over the edges of graphs: nodes that are joined against nodes that are not."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from coview.batch import View
from coview.losses.binary_contrast import binary_contrast
from coview.nn.tokens import take
from coview.views.draw import Draw
from coview.views.graph import node_keys, some_edges
from coview.views.mix import partners


def drawn_edges(view: View, draw: Draw, count: int) -> dict[str, Tensor]:
    """Some edges of each look as its `params`: places of the ends `(B, V, count, 2)`, and which are `linked`, bool."""
    flat = view.value.flat()
    key = draw.bits("edges", view.width).flatten()
    ends, linked = some_edges(flat, draw, node_keys(flat, key), count)
    shape = view.present.shape
    return {"ends": ends.unflatten(0, shape), "linked": linked.unflatten(0, shape) & view.present[..., None]}


def at_ends(tokens: Tensor, ends: Tensor) -> Tensor:
    """Nodes' representations at the ends of edges: `(N, T, D)`, `(N, K, 2)` -> `(N, K, 2, D)`."""
    return take(tokens, ends) if tokens.shape[1] else tokens.new_zeros(*ends.shape, tokens.shape[-1])


def link_contrast(ends: Tensor, linked: Tensor, draw: Draw, score: Callable[[Tensor, Tensor], Tensor]) -> Tensor | None:
    """Nodes that are joined against nodes of different samples.

    Non-edges pair one end of each edge with the other end of another sample's: drawn from all data they would nearly
    always be of different graphs, or far apart in the one graph.

    Args:
        ends: `(B, K, 2, D)`.
        linked: `(B, K)` bool, which are edges.
        draw: keyed draws of the B samples.
        score: logits of pairs, `(n, D)`, `(n, D)` -> `(n,)`.

    Returns:
        A scalar, or None where there is no edge.
    """
    if not bool(linked.any()):
        return None
    here, there = ends.unbind(2)
    partner = partners(draw / "strangers", linked.any(1))
    alone = partner == torch.arange(len(partner), device=partner.device)
    strange = linked & linked[partner] & ~alone[:, None]
    return binary_contrast(score(here[linked], there[linked]), score(here[strange], there[partner][strange]))
