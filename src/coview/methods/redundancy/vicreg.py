"""VICReg."""

from __future__ import annotations

import torch

from coview.batch import Features, Relations
from coview.kinds import Count, Weight
from coview.losses import covariance, invariance, variance
from coview.methods.siamese import Siamese
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.looks import Positives


class VICReg(Siamese):
    """Looks agree, every dimension stays spread over samples, and no two dimensions say the same.

    Paper: VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning. Bardes, Ponce, LeCun.
    ICLR 2022. https://arxiv.org/abs/2105.04906

    Views: two of each sample, natural or augmented.

    Loss: with z the expanded looks `(N, D)`, the sum of
    invariance_weight * mean |z_a - z_b|^2 / D,
    variance_weight * the mean over both looks and D of relu(1 - std of a dimension),
    covariance_weight * the sum over both looks of squared covariances of different dimensions / D.

    Requires: one slot of any modality.

    Relations: Barlow Twins decorrelates the two looks from each other, VICReg each within itself, so that its looks
    need not share a network. No negatives, no slow encoder, no stopped gradient.

    Args:
        encoder: the slot's encoder.
        dim: width of the expansion (paper: 8,192).
        hidden: width of the expander's two hidden layers (paper: 8,192).
        invariance_weight: the paper's lambda.
        variance_weight: the paper's mu.
        covariance_weight: the paper's nu.
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("vicreg", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 512,
        hidden: Count = 512,
        invariance_weight: Weight = 25.0,
        variance_weight: Weight = 25.0,
        covariance_weight: Weight = 1.0,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.expander = MLP(encoder.dim, hidden, hidden, dim)
        self.invariance_weight = invariance_weight
        self.variance_weight = variance_weight
        self.covariance_weight = covariance_weight

    def relate(self, z: Features) -> Relations:
        (looks,) = z.there("looks")
        if not len(looks):
            return Relations()
        a, b = self.expander(looks[:, 0]), self.expander(looks[:, 1])
        losses = {
            "invariance": self.invariance_weight * invariance(a, b),
            "variance": self.variance_weight * (variance(a) + variance(b)) / 2,
            "covariance": self.covariance_weight * (covariance(a) + covariance(b)),
        }
        return Relations(losses, seen={"projection": torch.stack([a, b], 1)})
