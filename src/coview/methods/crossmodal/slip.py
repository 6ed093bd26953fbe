"""SLIP."""

from __future__ import annotations

from collections.abc import Sequence

from coview.batch import Batch, Features, Relations
from coview.kinds import AboveZero, Count, Weight
from coview.methods.crossmodal.clip import CLIP
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.nn.pairs import tiled_nt_xent
from coview.views.looks import Positives


class SLIP(CLIP):
    """CLIP's caption alignment and SimCLR's view agreement in one image encoder.

    Paper: SLIP: Self-supervision meets Language-Image Pre-training. Mu, Kirillov, Wagner, Xie. ECCV 2022.
    https://arxiv.org/abs/2112.12750

    Views: three of the picture, natural or augmented: one meets the caption, two meet each other; the caption as it is.

    Loss: CLIP's symmetric InfoNCE of picture and caption (`info_nce`) + w times SimCLR's NT-Xent of the two pictures
    (`nt_xent`), each through a head of its own.

    Requires: a slot of images and one of texts. Pictures without a caption still meet each other.

    Relations: CLIP plus SimCLR, from their own parts; w = 0 is CLIP.

    Args:
        image: the picture's encoder.
        text: the caption's encoder.
        dim: width of the joint space (the paper: 512).
        temperature: CLIP's at the start, in units of cosine similarity; learned.
        hidden: width of the two hidden layers of the agreement head (the paper: 4096).
        agreement_dim: width of its output (the paper: 256).
        agreement_temperature: SimCLR's, in units of cosine similarity (as in the paper).
        agreement_weight: w (as in the paper).
        positives: where the pictures' looks come from.
        plain: modalities that are read without augmentation where they meet another slot.

    Example:
        >>> import coview
        >>> run = coview.fit("slip", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        image: Encoder,
        text: Encoder,
        *,
        dim: Count = 128,
        temperature: AboveZero = 0.07,
        hidden: Count = 512,
        agreement_dim: Count = 128,
        agreement_temperature: AboveZero = 0.1,
        agreement_weight: Weight = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(
            {image.slot: image, text.slot: text}, dim=dim, temperature=temperature, positives=positives, plain=plain
        )
        self.picture = image.slot
        self.projector = MLP(image.dim, hidden, hidden, agreement_dim)
        self.agreement_temperature = agreement_temperature
        self.agreement_weight = agreement_weight

    def look_counts(self, batch: Batch) -> dict[str, int]:
        """Three looks at the picture, one at the caption."""
        return super().look_counts(batch) | {self.picture: 3}

    def relate(self, z: Features) -> Relations:
        pictures, present = z[self.picture], z[f"{self.picture}/present"]
        first = {self.picture: pictures[:, :1], f"{self.picture}/present": present[:, :1]}
        relations = super().relate(Features({**z, **first}, z.key, z.draw))
        pair = pictures[:, 1:][present[:, 1:].all(1)]
        if len(pair) and self.agreement_weight:
            projected = self.projector(pair.flatten(0, 1)).unflatten(0, pair.shape[:2])
            relations.losses["nt_xent"] = self.agreement_weight * tiled_nt_xent(projected, self.agreement_temperature)
            relations.seen["agreement"] = projected
        return relations
