"""SimCLR."""

from __future__ import annotations

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count
from coview.methods.siamese import Siamese
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.nn.pairs import tiled_nt_xent
from coview.views.looks import Positives


class SimCLR(Siamese):
    """Two looks at a sample agree; those of all other samples are pushed away.

    Paper: A Simple Framework for Contrastive Learning of Visual Representations. Chen, Kornblith, Norouzi, Hinton.
    ICML 2020. https://arxiv.org/abs/2002.05709

    Views: two of each sample, natural or augmented.

    Loss: NT-Xent: with z normalised and t the temperature, the mean over all 2N looks i with partner j of
    -log( exp(z_i.z_j / t) / sum_{k != i} exp(z_i.z_k / t) ).

    Requires: one slot of any modality.

    Relations: the plain form of the contrastive family. MoCo takes negatives from a queue and a slow encoder, Poly-View
    more than two looks, CLIP two modalities and no augmentation.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        temperature: t, in units of cosine similarity.
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("simclr", data="digits", steps=20, batch_size=32)
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
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(encoder, positives)
        self.projector = MLP(encoder.dim, hidden, dim)
        self.temperature = temperature

    def relate(self, z: Features) -> Relations:
        (looks,) = z.there("looks")
        if not len(looks):
            return Relations()
        projected = self.projector(looks.flatten(0, 1)).unflatten(0, looks.shape[:2])
        return Relations({"nt_xent": tiled_nt_xent(projected, self.temperature)}, seen={"projection": projected})
