"""Peers on the nodes of a graph: PyTorch Geometric's Deep Graph Infomax, and node2vec by gensim's skip-gram."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coview.data.source import Source
from coview.modalities.graph.wiring import Wiring

DIM = 64
WALK = 20
WINDOW = 5


def infomax(source: Source, train: np.ndarray, seed: int, lr: float, seconds: float) -> tuple[np.ndarray, int]:
    """DGI as its transductive example has it, two layers, over the whole graph at every step."""
    from torch_geometric.nn import DeepGraphInfomax, GCNConv

    class Encoder(nn.Module):
        """Two graph convolutions."""

        def __init__(self, features: int) -> None:
            super().__init__()
            self.first, self.second = GCNConv(features, DIM), GCNConv(DIM, DIM)
            self.bend = nn.ModuleList([nn.PReLU(DIM), nn.PReLU(DIM)])

        def forward(self, x: Tensor, edges: Tensor) -> Tensor:
            return self.bend[1](self.second(self.bend[0](self.first(x, edges)), edges))

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
    while time.process_time() - begin < seconds:
        optimizer.zero_grad()
        model.loss(*model(wiring.x, edges)).backward()
        optimizer.step()
    with torch.no_grad():
        found = model.eval().encoder(wiring.x, edges)
    return found[nodes].numpy(), sum(p.numel() for p in model.encoder.parameters())


def node2vec(source: Source, train: np.ndarray, seed: int, lr: float, seconds: float) -> tuple[np.ndarray, int]:
    """Skip-gram with negative samples over uniform walks (p = q = 1), of every node of the graph, at 25 times `lr`."""
    from gensim.models import Word2Vec

    begin = time.process_time()
    wiring, nodes = _nodes(source)
    random = np.random.default_rng(seed)
    model = Word2Vec(vector_size=DIM, window=WINDOW, sg=1, negative=5, min_count=0, workers=1, seed=seed)
    model.build_vocab([[str(i) for i in range(len(wiring))]])
    while time.process_time() - begin < seconds:
        walks = [[str(i) for i in walk] for walk in _walks(wiring, random)]
        left = max(0.0, 1 - (time.process_time() - begin) / seconds)
        rate = max(model.min_alpha, 25 * lr * left)
        model.train(walks, total_examples=len(walks), epochs=1, start_alpha=rate, end_alpha=rate)
    found = np.stack([model.wv[str(int(i))] for i in nodes])
    return found, model.wv.vectors.size


def _walks(wiring: Wiring, random: np.random.Generator) -> np.ndarray:
    """A walk from every node, in random order: `(N, WALK)`; a node without neighbours stays where it is."""
    start, ends = wiring.start.numpy(), wiring.ends.numpy()
    degree = np.diff(start)
    at = random.permutation(len(wiring))
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
