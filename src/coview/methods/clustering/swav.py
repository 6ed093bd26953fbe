"""SwAV."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Share, Whole
from coview.losses import sinkhorn, swapped_prediction_rows
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP, unit
from coview.nn.prototypes import Prototypes, cosines
from coview.nn.queue import Queue
from coview.nn.tokens import all_there
from coview.views.crops import multi_crop
from coview.views.draw import Draw
from coview.views.looks import Positives


class SwAV(Method):
    """Each look predicts which cluster another look was assigned to, clusters being of equal size in every batch.

    Paper: Unsupervised Learning of Visual Features by Contrasting Cluster Assignments. Caron, Misra, Mairal, Goyal,
    Bojanowski, Joulin. NeurIPS 2020. https://arxiv.org/abs/2006.09882

    Views: multi-crop: two global crops of each sample, of two natural views where there are two, and `local` smaller
    ones.

    Loss: with s = z C^T the cosines of a look with the K prototypes, t the temperature and q the Sinkhorn-Knopp
    assignment of a global look over the batch (and a queue of the batches before), the mean over global looks a and
    looks v != a of -sum_k q_ak log softmax(s_v / t)_k.

    Requires: one slot of any modality.

    Relations: DeepCluster online; SimCLR with prototypes in the place of other samples; DINO's assignment comes from a
    slow teacher and is balanced by a centre. SEER is SwAV on uncurated data at scale.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection.
        hidden: width of the projector's hidden layer (paper: 2,048).
        prototypes: K (paper: 3,000); fewer than samples in a batch, or give a queue.
        local: local crops (paper: 6).
        temperature: t, in units of cosine similarity.
        epsilon: smoothness of the assignment, in units of cosine similarity (paper: 0.05; lower where the loss stays at
            log K).
        iterations: of Sinkhorn-Knopp.
        queue: samples of earlier batches that join the assignment; 0 for none (paper: 3,840 where batches are small).
        queue_start: share of the run after which the queue fills (paper: 15 of 200 epochs).
        freeze: share of the run in which prototypes stand still (paper: the first epoch).
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("swav", data="digits", steps=20, batch_size=32)
        >>> run.steps
        20
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        prototypes: Count = 256,
        local: Whole = 4,
        temperature: AboveZero = 0.1,
        epsilon: AboveZero = 0.03,
        iterations: Count = 3,
        queue: Whole = 512,
        queue_start: Share = 0.1,
        freeze: Share = 0.02,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = MLP(encoder.dim, hidden, dim)
        self.prototypes = Prototypes(dim, prototypes)
        self.queue = Queue(queue, 2, dim)
        self.local = local
        self.temperature = temperature
        self.epsilon = epsilon
        self.iterations = iterations
        self.queue_start = queue_start
        self.freeze = freeze
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        whole, part = multi_crop(slot, self.encoder.modality, draw, n_local=self.local, positives=self.positives)
        return Views({"global": whole, "local": part} if self.local else {"global": whole})

    def represent(self, views: Views) -> Reps:
        out = {name: self.encoder(view) for name, view in views.items()}
        present = all_there(out.values())
        return Reps({**{name: o.pooled for name, o in out.items()}, "present": present})

    def relate(self, z: Features) -> Relations:
        looks = torch.cat(z.there(*(name for name in ("global", "local") if name in z)), 1)
        if not len(looks):
            return Relations()
        p = unit(self.projector(looks.flatten(0, 1))).unflatten(0, looks.shape[:2])
        directions = self.prototypes.directions
        if self.clock.progress < self.freeze:
            directions = directions.detach()
        each = by_rows(
            lambda p, q, c: swapped_prediction_rows(cosines(p, c), q, self.temperature),
            (p, self.assign(p[:, :2], directions)),
            (directions,),
        )
        return Relations({"swapped": each.mean()}, {"global": p[:, :2]}, {"projection": p[:, :2]})

    @torch.no_grad()
    def assign(self, looks: Tensor, directions: Tensor) -> Tensor:
        """Assignments `(N, 2, K)` of global looks `(N, 2, D)`, each of the two balanced over batch and queue."""
        n = len(looks)
        if len(self.queue) and self.queue.full and self.clock.progress >= self.queue_start:
            looks = torch.cat([self.queue.rows, looks])
        scores = cosines(looks, directions)
        shares = [sinkhorn(s, epsilon=self.epsilon, iterations=self.iterations) for s in scores.unbind(1)]
        return torch.stack(shares, 1)[-n:]

    def after_step(self, kept: dict[str, Tensor]) -> None:
        if "global" in kept and self.clock.progress >= self.queue_start:
            self.queue.push(kept["global"])
