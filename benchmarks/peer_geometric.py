"""Peers on the nodes of a graph: PyTorch Geometric's Deep Graph Infomax, and node2vec by gensim's skip-gram.

PyTorch Geometric's own node2vec walks by pyg-lib or torch-cluster, of which the package index has no wheel.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coview.data.source import Source
from coview.modalities.graph.wiring import Wiring
from coview.nn.graph import Layer, Residual

DIM = 64
DEPTH = 2
WALK, CONTEXT, NEGATIVES = 20, 10, 1
"""As in PyTorch Geometric's example of node2vec."""
SLICE = 2_000
"""Walks between two looks at the clock."""
LAST = 1e-4
"""Learning rate that node2vec's falls to, gensim's."""


def infomax(
    source: Source, train: np.ndarray, seed: int, lr: float, seconds: float
) -> tuple[np.ndarray, int, dict[str, Any]]:
    """DGI as its transductive example has it, over the whole graph at every step, by the network of coview's `gcn`."""
    from torch_geometric.nn import DeepGraphInfomax

    class Encoder(nn.Module):
        """A linear map of the features, two residual graph convolutions, and a norm."""

        def __init__(self, features: int) -> None:
            super().__init__()
            self.embed, self.norm = nn.Linear(features, DIM), nn.LayerNorm(DIM)
            self.body = Residual(Layer.GCN, DIM, DEPTH, 0, 0.0)

        def forward(self, x: Tensor, edges: Tensor) -> Tensor:
            return self.norm(self.body(self.embed(x), edges, x.new_zeros(edges.shape[1], 0))[-1])

    begin = time.process_time()
    torch.manual_seed(seed)
    wiring, nodes = _nodes(source)
    here = wiring.edges()
    edges = torch.cat([here, here.flip(0)], 1)
    model = DeepGraphInfomax(
        hidden_channels=DIM,
        encoder=Encoder(wiring.x.shape[1]),
        summary=lambda z, *args: z.mean(0).sigmoid(),
        corruption=lambda x, edges: (x[torch.randperm(len(x))], edges),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    steps = 0
    while time.process_time() - begin < seconds:
        optimizer.zero_grad()
        model.loss(*model(wiring.x, edges)).backward()
        optimizer.step()
        steps += 1
    with torch.no_grad():
        found = model.eval().encoder(wiring.x, edges)
    set_to = {"steps": steps, "nodes trained on": len(wiring), "layers": DEPTH, "width": DIM}
    return found[nodes].numpy(), sum(p.numel() for p in model.encoder.parameters()), set_to


def node2vec(
    source: Source, train: np.ndarray, seed: int, lr: float, seconds: float, *, walks: int | None = None
) -> tuple[np.ndarray, int, dict[str, Any]]:
    """Skip-gram with negative samples over uniform walks (p = q = 1) of every node of the graph.

    The learning rate falls linearly from `lr`, by the clock, or by the walks done where they are counted.

    Args:
        source: samples, nodes of one graph.
        train: not read: walks go through the whole graph.
        seed: of walks and weights.
        lr: at first.
        seconds: to train for, where walks are not counted.
        walks: from each node, whatever they cost; None where time ends them.
    """
    from gensim.models import Word2Vec

    begin = time.process_time()
    wiring, nodes = _nodes(source)
    random = np.random.default_rng(seed)
    model = Word2Vec(vector_size=DIM, window=CONTEXT, sg=1, negative=NEGATIVES, min_count=0, workers=1, seed=seed)
    model.build_vocab([[str(i) for i in range(len(wiring))]])
    done, waiting, gone = 0, np.empty(0, np.int64), 0.0
    while gone < 1:
        if not len(waiting):
            waiting = random.permutation(len(wiring))
        some, waiting = waiting[:SLICE], waiting[SLICE:]
        rate = LAST + (lr - LAST) * (1 - gone)
        sentences = [[str(i) for i in walk] for walk in _walks(wiring, some, random)]
        model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=rate, end_alpha=rate)
        done += len(some)
        gone = (time.process_time() - begin) / seconds if walks is None else done / (walks * len(wiring))
    set_to = {
        "walks a node": round(done / len(wiring), 2), "nodes of a walk": WALK, "context": CONTEXT,
        "negatives": NEGATIVES, "nodes trained on": len(wiring), "width": DIM, "last learning rate": LAST,
    }  # fmt: skip
    return np.stack([model.wv[str(int(i))] for i in nodes]), model.wv.vectors.size, set_to


def _walks(wiring: Wiring, at: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A walk from each of some nodes: `(N, WALK)`; a node without neighbours stays where it is."""
    start, ends = wiring.start.numpy(), wiring.ends.numpy()
    degree = np.diff(start)
    walk = [at]
    for _ in range(WALK - 1):
        chosen = start[at] + (random.random(len(at)) * degree[at]).astype(np.int64)
        at = np.where(degree[at] > 0, ends[np.minimum(chosen, len(ends) - 1)], at)
        walk.append(at)
    return np.stack(walk, 1)


def _nodes(source: Source) -> tuple[Wiring, np.ndarray]:
    """The graph, and each sample's node."""
    (column,) = source.columns.values()
    nodes: list[Any] = [node for (node,) in column.items]
    return nodes[0].wiring, np.array([node.node for node in nodes])
