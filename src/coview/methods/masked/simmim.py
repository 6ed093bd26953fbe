"""SimMIM."""

from __future__ import annotations

from torch import nn

from coview.batch import Batch, Reps, Views
from coview.kinds import Count, Part
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.nn.encoder import Encoder
from coview.nn.tokens import rows_there, spread, take, to_tell, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import block_mask


class SimMIM(Method):
    """Hidden tokens are rebuilt by one linear layer on an encoder that reads a mask token in their place.

    Paper: SimMIM: A Simple Framework for Masked Image Modeling. Xie, Zhang, Cao, Lin, Bao, Yao, Dai, Hu. CVPR 2022.
    https://arxiv.org/abs/2111.09886

    Views: one natural view; squares (spans, where there is one axis) of its tokens are hidden at random.

    Loss: the mean over hidden tokens of the modality's `token_distance` of prediction and token: of pictures
    |prediction - token|, of symbols cross entropy, as in BERT.

    Requires: one slot of any modality, and an encoder with tokens. A sample of one token predicts nothing.

    Relations: MAE with mask tokens in the encoder, no decoder, raw targets and larger holes.

    Args:
        encoder: the slot's encoder.
        masked: share of tokens hidden; default 0.6 as in the paper, or what suits the modality where that is less.
        unit: tokens a side of what is hidden together (the paper: 32 pixels, 2 tokens of a ViT, on a grid of such).
        positives: where the view comes from; natural reads it without augmentation, auto augments it (the paper crops
            and flips).

    Example:
        >>> import coview
        >>> run = coview.fit("simmim", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        encoder: Encoder,
        *,
        masked: Part | None = None,
        unit: Count = 2,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.dim, encoder.modality.target_dim)
        self.masked = min(0.6, encoder.modality.hidden) if masked is None else masked
        self.unit = unit
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        grid, valid = modality.grid(view), token_valid(modality, view)
        masked = block_mask(draw, grid, self.masked, (self.unit,) * len(grid), valid=valid)
        return to_tell(view, masked, ["reconstruction"], masked=masked)

    def represent(self, views: Views) -> Reps:
        view, modality = views["view"], self.encoder.modality
        out = self.encoder(view, masked=view.params["masked"])
        if not bool(out.present.any()):
            return Reps(losses={"reconstruction": out.pooled.new_zeros(len(view))})
        rows = rows_there(out.present)
        assert out.tokens is not None
        wanted, asked = (view.params[name][rows, 0] for name in ("wanted", "asked"))
        rebuilt = self.head(take(out.tokens[rows, 0], wanted))
        target = take(modality.tokens(view).value[rows, 0], wanted)
        each = masked_mean(modality.token_distance(rebuilt, target), asked)
        return Reps(losses={"reconstruction": spread(each, rows, len(view))})
