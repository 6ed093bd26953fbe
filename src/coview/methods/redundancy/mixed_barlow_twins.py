"""Mixed Barlow Twins."""

from __future__ import annotations

import torch

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Weight
from coview.losses import cross_correlation, mixed_cross_correlation
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.mix import partners


class MixedBarlowTwins(Method):
    """Barlow Twins, and a blend of two samples must correlate as the blend of their features would.

    Paper: Guarding Barlow Twins Against Overfitting with Mixed Samples. Bandara, De Melo, Patel. 2023.
    https://arxiv.org/abs/2312.02151

    Views: two of each sample, natural or augmented, a and b; and share * a + (1 - share) * b of another sample of the
    chunk, one share for the step, uniform in [0, 1). Of texts, the first share of one is followed by the last of the
    other.

    Loss: Barlow Twins' with weight w, and with standardised features z, m = share * z_a + (1 - share) * z_b[partner]
    and C(x, y) = x^T y / N: mix_weight * w * ( |C(z_mixed, z_a) - C(m, z_a)|^2 + |C(z_mixed, z_b) - C(m, z_b)|^2 ).

    Requires: one slot of any modality.

    Relations: with `mix_weight` 0 it is Barlow Twins; the blends give it an interaction between samples, which
    contrastive methods have of themselves. Partners are drawn within a chunk, so that it is exact at equal chunk.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection (paper: 1,024).
        hidden: width of the projector's two hidden layers.
        redundancy_weight: w, the paper's lambda (the authors' scripts: 1/128).
        mix_weight: of the blends, in units of w (the authors' scripts: 2 to 5).
        scale: of the whole loss, as in Barlow Twins.
        positives: where the two looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("mixed-barlow-twins", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    mixes_samples = True

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 512,
        hidden: Count = 512,
        redundancy_weight: Weight = 0.0051,
        mix_weight: Weight = 4.0,
        scale: AboveZero = 1 / 32,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = MLP(encoder.dim, hidden, hidden, dim)
        self.redundancy_weight = redundancy_weight
        self.mix_weight = mix_weight
        self.scale = scale
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        pair = looks(slot, self.encoder.modality, draw, 2, self.positives)
        partner = partners(draw, pair.present.all(1))
        share = draw.step("share").expand(len(batch))
        mixed = self.encoder.modality.blend(pair.pick([0]), pair.pick([1])[partner], share)
        return Views({"looks": pair, "mixed": mixed}, carry={"partner": batch.key[partner], "share": share})

    def represent(self, views: Views) -> Reps:
        out, mixed = self.encoder(views["looks"]), self.encoder(views["mixed"])
        present = out.present.all(1)
        return Reps({"looks": out.pooled, "mixed": mixed.pooled[:, 0], "present": present, **views.carry})

    def relate(self, z: Features) -> Relations:
        looks, mixed, of, share = z.there("looks", "mixed", "partner", "share")
        if not len(looks):
            return Relations()
        a, b, mixed = (self.projector(x) for x in (looks[:, 0], looks[:, 1], mixed))
        key, order = z.key[z["present"]].sort()
        partner = order[torch.searchsorted(key, of)]
        off = mixed_cross_correlation(mixed, a, b, partner, share[:, None])
        losses = {
            "cross_correlation": self.scale * cross_correlation(a, b, redundancy_weight=self.redundancy_weight),
            "mixed": self.scale * self.mix_weight * self.redundancy_weight * off,
        }
        return Relations(losses, seen={"projection": torch.stack([a, b], 1)})
