"""MoCo."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Share
from coview.losses.precision import at_least_float32
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.nn.queue import Queue
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class MoCo(Method):
    """A query finds its key, made by a slow copy of the encoder, among the keys of the steps before.

    Paper: Momentum Contrast for Unsupervised Visual Representation Learning. He, Fan, Wu, Xie, Girshick. CVPR 2020.
    https://arxiv.org/abs/1911.05722; the projector and the temperature are those of version 2: Improved Baselines with
    Momentum Contrastive Learning. Chen, Fan, Girshick, He. 2020. https://arxiv.org/abs/2003.04297

    Views: two of each sample, natural or augmented: a query and a key.

    Loss: with q and k of length 1, t the temperature and n_1 .. n_K the queue, the mean over queries of
    -log( exp(q.k / t) / (exp(q.k / t) + sum_j exp(q.n_j / t)) ). After the step the keys enter the queue, the oldest
    leave it, and the key encoder moves: theta_k <- m theta_k + (1 - m) theta_q.

    Requires: one slot of any modality.

    Relations: SimCLR with negatives from a queue instead of the batch, so that small batches have many. BYOL keeps the
    slow encoder and drops the negatives. The authors shuffle samples among devices so that BatchNorm cannot tell a key
    by its company; here query and key batches have the same company, so prefer an encoder without BatchNorm
    where chunks are small.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        temperature: t, in units of cosine similarity (version 1: 0.07).
        queue: K, keys kept (paper: 65,536); well below the number of samples, lest older keys of a sample be its
            negatives.
        momentum: m, of the key encoder for each step (paper: 0.999, for two hundred thousand steps).
        symmetric: each look is the query once and the key once, for twice the encoder's work (paper: no).
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("moco", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        temperature: AboveZero = 0.2,
        queue: Count = 1024,
        momentum: Share = 0.99,
        symmetric: bool = False,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = nn.Sequential(nn.Linear(encoder.dim, hidden), nn.ReLU(), nn.Linear(hidden, dim))
        self.key_encoder = Teacher(encoder)
        self.key_projector = Teacher(self.projector)
        self.queue = Queue(queue, dim)
        self.temperature = temperature
        self.momentum = momentum
        self.symmetric = symmetric
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        pair = looks(slot, self.encoder.modality, draw, 2, self.positives)
        if self.symmetric:
            return Views({"query": pair, "key": pair.pick([1, 0])})
        return Views({"query": pair.pick([0]), "key": pair.pick([1])})

    def represent(self, views: Views) -> Reps:
        query, key = self.encoder(views["query"]), self.key_encoder(views["key"])
        present = query.present.all(1) & key.present.all(1)
        return Reps({"query": self.projector(query.pooled), "key": self.key_projector(key.pooled), "present": present})

    def relate(self, z: Features) -> Relations:
        query, key = z.there("query", "key")
        if not len(query):
            return Relations()
        query, key = unit(query), unit(key)
        each = by_rows(
            lambda q, k, queue: queue_contrast(q, k, queue, self.temperature),
            (query.flatten(0, 1), key.flatten(0, 1)),
            (self.queue.rows,),
        )
        seen = torch.cat([query, key], 1)[:, :2]
        return Relations({"info_nce": each.mean()}, {"key": key.flatten(0, 1)}, {"projection": seen})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.key_encoder.follow(self.encoder, self.momentum)
        self.key_projector.follow(self.projector, self.momentum)
        if "key" in kept:
            self.queue.push(kept["key"])


@at_least_float32
def queue_contrast(query: Tensor, key: Tensor, queue: Tensor, temperature: float) -> Tensor:
    """Each query finds its own key among all of a queue: eq. 1 of MoCo, for each query by itself.

    Args:
        query: `(n, D)` unit vectors.
        key: `(n, D)` unit vectors, row i the partner of query i and no other query's candidate.
        queue: `(K, D)` unit vectors, everyone's negatives.
        temperature: in units of cosine similarity.

    Returns:
        `(n,)`.
    """
    query = query / temperature
    logits = torch.cat([(query * key).sum(1, keepdim=True), query @ queue.T], 1)
    return -logits.log_softmax(1)[:, 0]
