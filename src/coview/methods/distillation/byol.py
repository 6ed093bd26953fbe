"""BYOL."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Features, Relations, Reps, Views
from coview.kinds import Count, Share
from coview.losses import negative_cosine
from coview.methods.siamese import Siamese
from coview.nn.ema import Teacher, cosine_momentum
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.looks import Positives


class BYOL(Siamese):
    """A student predicts what its own slow copy says of another look; no negatives.

    Paper: Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning. Grill, Strub, Altche, Tallec,
    Richemond, et al. NeurIPS 2020. https://arxiv.org/abs/2006.07733

    Views: two of each sample, natural or augmented.

    Loss: with p the student's prediction and z' the teacher's projection, both of length 1, the mean over samples of
    |p_a - z'_b|^2 + |p_b - z'_a|^2. After the step theta' <- m theta' + (1 - m) theta for encoder and projector, m
    rising to 1 along half a cosine.

    Requires: one slot of any modality.

    Relations: MoCo's slow encoder without its queue of negatives; SimSiam is BYOL with m = 0; DINO replaces vectors by
    distributions over prototypes.

    Args:
        encoder: the slot's encoder.
        dim: width of projection and prediction (paper: 256).
        hidden: width of the hidden layers of projector and predictor (paper: 4,096).
        momentum: m at the start (paper: 0.996, for three hundred thousand steps).
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("byol", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        momentum: Share = 0.99,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.projector = MLP(encoder.dim, hidden, dim)
        self.predictor = MLP(dim, hidden, dim)
        self.teacher = Teacher(encoder)
        self.teacher_projector = Teacher(self.projector)
        self.momentum = momentum

    def represent(self, views: Views) -> Reps:
        student, teacher = self.encoder(views["looks"]), self.teacher(views["looks"])
        return Reps({"student": student.pooled, "teacher": teacher.pooled, "present": student.present.all(1)})

    def relate(self, z: Features) -> Relations:
        student, teacher = z.there("student", "teacher")
        if not len(student):
            return Relations()
        z_a, z_b = self.projector(student[:, 0]), self.projector(student[:, 1])
        p_a, p_b = self.predictor(z_a), self.predictor(z_b)
        t_a, t_b = self.teacher_projector(teacher[:, 0]), self.teacher_projector(teacher[:, 1])
        distance = 4 + 2 * (negative_cosine(p_a, t_b) + negative_cosine(p_b, t_a))  # |p - t|^2 = 2 - 2 cos(p, t)
        seen = {"projection": torch.stack([z_a, z_b], 1), "teacher": torch.stack([t_a, t_b], 1)}
        return Relations({"distance": distance}, seen=seen)

    def after_step(self, kept: dict[str, Tensor]) -> None:
        momentum = cosine_momentum(self.momentum, self.clock.progress)
        self.teacher.follow(self.encoder, momentum)
        self.teacher_projector.follow(self.projector, momentum)
