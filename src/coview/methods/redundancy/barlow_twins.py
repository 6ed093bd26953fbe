"""Barlow Twins."""

from __future__ import annotations

import torch

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count, Weight
from coview.losses import cross_correlation
from coview.methods.siamese import Siamese
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.looks import Positives


class BarlowTwins(Siamese):
    """Each dimension says the same of two looks and something else than every other dimension.

    Paper: Barlow Twins: Self-Supervised Learning via Redundancy Reduction. Zbontar, Jing, Misra, LeCun, Deny.
    ICML 2021. https://arxiv.org/abs/2103.03230

    Views: two of each sample, natural or augmented.

    Loss: with C the correlation over the batch of each dimension of one look with each of the other,
    scale * ( sum_d (1 - C_dd)^2 + redundancy_weight * sum_{d != e} C_de^2 ).

    Requires: one slot of any modality.

    Relations: VICReg has covariances within a look and an explicit spread instead of standardised dimensions; Mixed
    Barlow Twins adds mixed samples. No negatives, no slow encoder.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection, where wider is better (paper: 8,192).
        hidden: width of the projector's two hidden layers (paper: 8,192).
        redundancy_weight: the paper's lambda.
        scale: of the whole loss (the authors' code at first: 1/32); it matters beside other losses and to clipping.
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("barlow-twins", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 512,
        hidden: Count = 512,
        redundancy_weight: Weight = 0.0051,
        scale: AboveZero = 1 / 32,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.projector = MLP(encoder.dim, hidden, hidden, dim)
        self.redundancy_weight = redundancy_weight
        self.scale = scale

    def relate(self, z: Features) -> Relations:
        (looks,) = z.there("looks")
        if not len(looks):
            return Relations()
        a, b = self.projector(looks[:, 0]), self.projector(looks[:, 1])
        loss = self.scale * cross_correlation(a, b, redundancy_weight=self.redundancy_weight)
        return Relations({"cross_correlation": loss}, seen={"projection": torch.stack([a, b], 1)})
