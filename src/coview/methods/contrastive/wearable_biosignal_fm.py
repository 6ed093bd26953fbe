"""The pre-training of Apple's wearable biosignal models."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Share, Weight
from coview.losses import info_nce_rows, koleo_rows
from coview.methods.siamese import Siamese
from coview.nn.by_rows import by_rows
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP, unit
from coview.views.looks import Positives


class WearableBiosignalFM(Siamese):
    """Two segments of one person are alike, told by an encoder and its slow copy; embeddings keep away from each other.

    Paper: Large-scale Training of Foundation Models for Wearable Biosignals. Abbaspourazad, Elachqar, Miller, Emrani,
    Nallasamy, Shapiro. ICLR 2024. https://arxiv.org/abs/2312.05409

    Views: two of each sample. A sample is a person and its natural views are that person's segments, recorded at any
    time: two different ones, each augmented (`positives=auto`); `positives=augment` gives two looks at one segment.

    Loss: with h from the encoder, k from its slow copy, of length 1, InfoNCE in both roles, -log( exp(h_i.k_i / t) /
    sum_j exp(h_i.k_j / t) ), plus w times KoLeo's -log(distance of h_i to the nearest h_j), the mean over samples and
    roles. After the step the copy moves: theta_k <- m theta_k + (1 - m) theta.

    Requires: one slot of any modality, with several natural views of a sample for positives of one person.

    Relations: MoCo with the batch for its queue, both looks as queries, and DINOv2's KoLeo term against collapse onto
    few directions. SimCLR has neither copy nor KoLeo. Which segments are a person's is the source's business, so that
    any method of two looks can have participant-level positives.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        temperature: t, in units of cosine similarity (the paper: 0.04).
        spread: w, the weight of the KoLeo term.
        momentum: m of the slow copy at each step.
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("wearable-biosignal-fm", data="watch", slots=["accelerometer"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        temperature: AboveZero = 0.04,
        spread: Weight = 0.1,
        momentum: Share = 0.99,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.projector = RowMLP(encoder.dim, hidden, dim)
        self.slow_encoder = Teacher(encoder)
        self.slow_projector = Teacher(self.projector)
        self.temperature, self.spread, self.momentum = temperature, spread, momentum

    def represent(self, views: Views) -> Reps:
        fast, slow = self.encoder(views["looks"]), self.slow_encoder(views["looks"])
        features = {"fast": self.projector(fast.pooled), "slow": self.slow_projector(slow.pooled)}
        return Reps(features | {"present": fast.present.all(1)})

    def relate(self, z: Features) -> Relations:
        fast, slow = z.there("fast", "slow")
        if not len(fast):
            return Relations()
        own = torch.arange(len(fast), device=fast.device)
        roles = ((fast[:, 0], slow[:, 1]), (fast[:, 1], slow[:, 0]))
        found = [by_rows(info_nce_rows, (query, own), (key, self.temperature)).mean() for query, key in roles]
        losses = {"info_nce": torch.stack(found).mean()}
        if len(fast) > 1 and self.spread:
            apart = [by_rows(koleo_rows, (query, own), (query,)).mean() for query, _ in roles]
            losses["koleo"] = self.spread * torch.stack(apart).mean()
        return Relations(losses, seen={"projection": unit(fast)})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.slow_encoder.follow(self.encoder, self.momentum)
        self.slow_projector.follow(self.projector, self.momentum)
