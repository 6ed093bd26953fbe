"""Cross-view prediction, the baseline that Contrastive Multiview Coding is held against."""

from __future__ import annotations

from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP
from coview.views.draw import Draw
from coview.views.looks import choose


class CrossViewPrediction(Method):
    """From one natural view of a picture, the pixels of another are predicted.

    Paper: Contrastive Multiview Coding. Tian, Krishnan, Isola. ECCV 2020. https://arxiv.org/abs/1906.05849 (section
    3.1, predictive learning).

    Views: two natural views of each sample; the one that is read is augmented, the one that is predicted is not.

    Loss: the mean squared error between a decoder's output and the other view, averaged down to 16 x 16 pixels, in
    both directions.

    Requires: a slot of pictures with two natural views or more.

    Relations: CMC with a decoder in the place of negatives.

    Args:
        image: the pictures' encoder.
        hidden: width of the decoder's hidden layer.
        pixels: a side of what is predicted.

    Example:
        >>> import coview
        >>> run = coview.fit("cross_view_prediction.py:CrossViewPrediction", data="emoji", steps=20)  # doctest: +SKIP
    """

    def __init__(self, image: Encoder, *, hidden: int = 256, pixels: int = 16) -> None:
        super().__init__()
        self.image = image
        self.pixels = pixels
        channels: int = image.modality.channels  # type: ignore[attr-defined]
        self.decoder = RowMLP(image.dim, hidden, channels * pixels * pixels)

    def views(self, batch: Batch, draw: Draw) -> Views:
        view, modality = batch[self.image.slot], self.image.modality
        at, there = choose(view.present, draw, 2)
        several = there & (view.present.sum(1, keepdim=True) >= 2)
        chosen = view.pick(at)
        chosen = chosen.with_value(chosen.value, present=chosen.present & several)
        seen, wanted = modality.augment(chosen, draw / "augment"), modality.prepare(chosen)
        return Views(
            {"seen": seen, "wanted": wanted.pick([1, 0])},
            weights={"prediction": chosen.present.all(1).float()},
        )

    def represent(self, views: Views) -> Reps:
        out, wanted = self.image(views["seen"]), views["wanted"].value
        target = F.adaptive_avg_pool2d(wanted.flatten(0, 1), self.pixels).flatten(1)
        error = (self.decoder(out.pooled.flatten(0, 1)).float() - target.float()).square().mean(1)
        return Reps(losses={"prediction": error.unflatten(0, wanted.shape[:2]).mean(1)})
