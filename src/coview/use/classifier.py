"""A trained encoder with a linear head on labels: what `finetune` trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Reps, View, Views
from coview.data.source import Data
from coview.methods.base import Method, Predictions
from coview.modalities.base import present_mean
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks

CODES = "*codes"
"""The slot that labels travel in; no data set can have one of this name."""


class Classifier(Method):
    """Tells classes apart: an encoder, a layer norm, a linear map.

    Views: one look at each sample, augmented, of a natural view drawn at random.

    Loss: cross-entropy, the mean over the samples whose class is known.

    Args:
        encoder: the slot's.
        classes: their names.
        label: the column that they come from.
    """

    def __init__(self, encoder: Encoder, *, classes: Sequence[str], label: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.classes, self.label = list(classes), label
        self.head = nn.Sequential(nn.LayerNorm(encoder.dim), nn.Linear(encoder.dim, len(self.classes)))

    def views(self, batch: Batch, draw: Draw) -> Views:
        codes = batch[CODES].value[:, 0]
        look = looks(batch[self.encoder.slot], self.encoder.modality, draw, 1, Positives.AUTO)
        known = (codes >= 0) & look.present[:, 0]
        return Views({"look": look}, weights={"cross_entropy": known.float()}, carry={"codes": codes})

    def represent(self, views: Views) -> Reps:
        logits = self.head(self.encoder(views["look"]).pooled[:, 0]).float()
        each = F.cross_entropy(logits, views.carry["codes"].clamp_min(0), reduction="none")
        return Reps(losses={"cross_entropy": each})

    def probabilities(self, batch: Batch) -> Tensor:
        """`(B, C)`: the mean over each sample's natural views that are there; NaN where none is."""
        out = self.encoder(self.encoder.modality.prepare(batch[self.encoder.slot]))
        each = self.head(out.pooled).float().softmax(-1)
        return present_mean(each, out.present).masked_fill(~out.present.any(1)[:, None], float("nan"))

    def predict(self, batch: Batch) -> Predictions:
        """`class`, its `probability`, and the `probabilities` of all classes in the order of `classes`."""
        found = self.probabilities(batch)
        best, code = found.max(1)
        named = [None if p != p else self.classes[c] for p, c in zip(best.tolist(), code.tolist())]
        return {"class": named, "probability": best, "probabilities": found}


def with_codes(data: Data, codes: Tensor) -> Data:
    """The data with each sample's class code `(N,)` (-1 where unknown) as one more slot, for the method alone."""
    return replace(data, slots={**data.slots, CODES: View(codes[:, None], "label", (codes >= 0)[:, None])})
