"""What methods that compare two looks through one encoder have in common."""

from __future__ import annotations

from coview.batch import Batch, Reps, Views
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class Siamese(Method):
    """Base of the methods that take two looks at a sample and encode both alike.

    `views` gives `looks`, two of each sample; `represent` their features `looks (B, 2, D)` and which samples have
    both, `present (B,)`. How the looks are related is the method's own.

    Args:
        encoder: the slot's encoder.
        positives: where the looks come from.
    """

    def __init__(self, encoder: Encoder, positives: Positives) -> None:
        super().__init__()
        self.encoder = encoder
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        return Views({"looks": looks(slot, self.encoder.modality, draw, 2, self.positives)})

    def represent(self, views: Views) -> Reps:
        out = self.encoder(views["looks"])
        return Reps({"looks": out.pooled, "present": out.present.all(1)})
