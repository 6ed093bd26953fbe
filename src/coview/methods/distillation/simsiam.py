"""SimSiam."""

from __future__ import annotations

import torch

from coview.batch import Features, Relations
from coview.kinds import Count
from coview.losses import negative_cosine
from coview.methods.siamese import Siamese
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.looks import Positives


class SimSiam(Siamese):
    """One look predicts the other, which holds still: stopping the gradient is enough against collapse.

    Paper: Exploring Simple Siamese Representation Learning. Chen, He. CVPR 2021. https://arxiv.org/abs/2011.10566

    Views: two of each sample, natural or augmented.

    Loss: with z the projections, p = predictor(z) and sg the stopped gradient, the mean over samples of
    -( cos(p_a, sg z_b) + cos(p_b, sg z_a) ) / 2.

    Requires: one slot of any modality.

    Relations: BYOL without the slow encoder; SimCLR without negatives. The paper keeps the predictor's learning rate
    constant; here it follows the schedule of all.

    Args:
        encoder: the slot's encoder.
        dim: width of projection and prediction (paper: 2,048).
        hidden: width of the projector's two hidden layers (paper: 2,048).
        bottleneck: width of the predictor's hidden layer, a quarter of dim (paper: 512).
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("simsiam", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 256,
        hidden: Count = 512,
        bottleneck: Count = 64,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.projector = MLP(encoder.dim, hidden, hidden, dim, norm_last=True)
        self.predictor = MLP(dim, bottleneck, dim)

    def relate(self, z: Features) -> Relations:
        (looks,) = z.there("looks")
        if not len(looks):
            return Relations()
        z_a, z_b = self.projector(looks[:, 0]), self.projector(looks[:, 1])
        p_a, p_b = self.predictor(z_a), self.predictor(z_b)
        loss = (negative_cosine(p_a, z_b.detach()) + negative_cosine(p_b, z_a.detach())) / 2
        return Relations({"negative_cosine": loss}, seen={"projection": torch.stack([z_a, z_b], 1)})
