"""Cross-view prediction, the baseline that Contrastive Multiview Coding is held against."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.errors import UserError
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP
from coview.nn.slot_dict import SlotDict
from coview.views.draw import Draw
from coview.views.slot_looks import slot_looks


class CrossViewPrediction(Method):
    """From one view of a thing, the pixels of another are predicted, and the other way round.

    Paper: Contrastive Multiview Coding. Tian, Krishnan, Isola. ECCV 2020. https://arxiv.org/abs/1906.05849 (section
    3.1, predictive learning).

    Views: one of each of two slots; what is read is augmented as CMC augments it, what is predicted is not.

    Loss: in each direction the mean squared error between a decoder's output and the other view, averaged down to
    16 x 16 pixels.

    Requires: two slots of pictures. A sample that lacks one predicts nothing.

    Relations: CMC on two slots with decoders in the place of projections and negatives.

    Args:
        encoders: of the two slots.
        hidden: width of a decoder's hidden layer.
        pixels: a side of what is predicted.

    Example:
        >>> import coview
        >>> run = coview.fit("cross_view_prediction.py:CrossViewPrediction", data="pairs", steps=20)  # doctest: +SKIP
    """

    def __init__(self, encoders: dict[str, Encoder], *, hidden: int = 256, pixels: int = 16) -> None:
        super().__init__()
        if len(encoders) != 2:
            raise UserError(f"two slots predict each other; {len(encoders)} were given: choose two with --slots")
        self.encoders = SlotDict(encoders)
        self.pixels = pixels
        one, two = encoders.values()
        self.decoders = SlotDict(
            {seen.slot: RowMLP(seen.dim, hidden, self._width(wanted)) for seen, wanted in ((one, two), (two, one))}
        )

    def _width(self, encoder: Encoder) -> int:
        channels: int = encoder.modality.channels  # type: ignore[attr-defined]
        return channels * self.pixels**2

    def views(self, batch: Batch, draw: Draw) -> Views:
        encoders = self.slot_encoders()
        views = slot_looks(batch, encoders, draw, dict.fromkeys(encoders, 1))
        both = [view.present[:, 0] for view in views.values()]
        weight = (both[0] & both[1]).float()
        wanted = {f"{s}/wanted": e.modality.prepare(batch[s].pick([0])) for s, e in encoders.items()}
        return Views(views | wanted, weights=dict.fromkeys(encoders, weight))

    def represent(self, views: Views) -> Reps:
        one, two = self.encoders
        return Reps(losses={one: self._error(views, one, two), two: self._error(views, two, one)})

    def _error(self, views: Views, seen: str, wanted: str) -> Tensor:
        """How far what a slot's decoder shows is from the other slot's view: `(B,)`."""
        predicted = self.decoders[seen](self.encoders[seen](views[seen]).pooled[:, 0])
        target = F.adaptive_avg_pool2d(views[f"{wanted}/wanted"].value[:, 0], self.pixels).flatten(1)
        return (predicted.float() - target.float()).square().mean(1)
