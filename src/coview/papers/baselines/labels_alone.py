"""Labels alone: what contrast before fine-tuning is held against."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.data.prepared.prepare import sample_ids
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class LabelsAlone(Method):
    """An encoder learns classes with a linear head, step by step as others learn without labels.

    Views: one look at a natural view drawn at random, augmented.

    Loss: cross entropy.

    Requires: one slot, and a level of `Batch.within` that says each sample's class.

    Relations: what `coview evaluate --supervised` trains, as an arm: of any compute, its learning rate chosen alike.

    Args:
        encoder: the slot's encoder.
        level: its name.
        classes: what it says; samples of which it says something else are not learned from.

    Example:
        >>> import coview
        >>> run = coview.fit("labels_alone.py:LabelsAlone", level="subject", classes=["1"])  # doctest: +SKIP
    """

    batch_size = ALONE
    names: Tensor

    def __init__(self, encoder: Encoder, *, level: str, classes: Sequence[str]) -> None:
        super().__init__()
        self.encoder, self.level = encoder, level
        self.register_buffer("names", sample_ids(classes))
        self.head = nn.Linear(encoder.dim, len(classes))

    def views(self, batch: Batch, draw: Draw) -> Views:
        view = looks(batch[self.encoder.slot], self.encoder.modality, draw, 1, Positives.AUTO)
        told = batch.within[self.level][:, None] == self.names
        known = (view.present[:, 0] & told.any(1)).float()
        return Views({"look": view}, {"classes": known}, carry={"class": told.int().argmax(1)})

    def represent(self, views: Views) -> Reps:
        logits = self.head(self.encoder(views["look"]).pooled[:, 0])
        each = at_least_float32(F.cross_entropy)(logits, views.carry["class"], reduction="none")
        return Reps(losses={"classes": each})
