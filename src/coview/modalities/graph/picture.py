"""Graphs to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from coview.batch import View

SIDE = 128
MOST_NODES, MOST_EDGES = 200, 1500
_PALETTE = (
    "#4a5568", "#3b6fd4", "#d4503b", "#2f9e64", "#c98a1b", "#8a56c2",
    "#1b9aa8", "#b23a78", "#7a8a2f", "#5c6bc0", "#a0522d", "#607d8b",
)  # fmt: skip
_LINE, _SEED = "#b8bfca", "#111111"


def draw_graphs(view: View, by_node: bool) -> list[list[Any]]:
    """A picture of each prepared graph, nodes coloured by their first largest feature; None where absent."""
    flat = view.value.flat()
    start, count = flat.start.tolist(), flat.count.tolist()
    kind = flat.x.argmax(1).tolist() if flat.x.shape[1] else [0] * len(flat.x)
    owner = flat.graph[flat.edges[0]].cpu().numpy()
    edges = flat.edges.cpu().numpy()
    found: list[list[Any]] = []
    for b, row in enumerate(view.present.tolist()):
        found.append([])
        for v, there in enumerate(row):
            g = b * view.width + v
            own = edges[:, owner == g] - start[g]
            kinds = kind[start[g] : start[g] + count[g]]
            found[-1].append(picture(count[g], own, kinds, by_node) if there and count[g] else None)
    return found


def picture(nodes: int, edges: np.ndarray, kinds: list[int], mark_first: bool = False) -> Image.Image:
    """One graph, 128 x 128 pixels; of a large one the first 200 nodes and 1,500 edges.

    Args:
        nodes: n.
        edges: `(2, e)`.
        kinds: a number for each node's colour.
        mark_first: whether node 0 has a rim.
    """
    nodes = min(nodes, MOST_NODES)
    edges = edges[:, (edges < nodes).all(0)]
    scale = 4
    place = (layout(nodes, edges) * (SIDE - 20) + 10) * scale
    large = Image.new("RGB", (SIDE * scale, SIDE * scale), "white")
    pen = ImageDraw.Draw(large)
    for a, b in edges[:, :MOST_EDGES].T.tolist():
        pen.line((*place[a], *place[b]), fill=_LINE, width=5 if nodes < 60 else 2)
    radius = (5.5 if nodes < 15 else 4.0 if nodes < 60 else 2.0) * scale
    for i, (x, y) in enumerate(place.tolist()):
        rim = {"outline": _SEED, "width": 8} if mark_first and i == 0 else {}
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_PALETTE[kinds[i] % len(_PALETTE)], **rim)
    return large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def layout(nodes: int, edges: np.ndarray) -> np.ndarray:
    """Places `(n, 2)` in the unit square whose distances follow those along edges.

    Source: stress majorisation (Gansner, Koren, North, "Graph Drawing by Stress Majorization", 2004), from a circle.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import shortest_path

    if nodes == 1:
        return np.full((1, 2), 0.5)
    ones = np.ones(edges.shape[1])
    far = shortest_path(coo_matrix((ones, edges), (nodes, nodes)).tocsr(), directed=False, unweighted=True)
    reached = far[np.isfinite(far)].max(initial=1)
    far[~np.isfinite(far)] = reached + 1
    np.fill_diagonal(far, 1)
    weight = far**-2.0
    np.fill_diagonal(weight, 0)
    turn = np.arange(nodes) * 2 * np.pi / nodes
    place = np.stack([np.cos(turn), np.sin(turn)], 1) * reached / 2
    for _ in range(60):  # each node to the weighted mean of where the others would have it (Jacobi steps)
        apart = place[:, None] - place[None]
        distance = np.maximum(np.linalg.norm(apart, axis=-1), 1e-9)
        wanted = place[None] + apart * (far / distance)[..., None]
        place = (weight[..., None] * wanted).sum(1) / weight.sum(1)[:, None]
    low, span = place.min(0), np.ptp(place, axis=0).max()
    centred = (place - low) / max(float(span), 1e-9)
    return centred + (1 - np.ptp(centred, axis=0)) / 2
