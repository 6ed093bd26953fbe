"""SSAST."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.kinds import Part, Weight
from coview.losses import masked_matching
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.methods.weights import need_a_loss
from coview.modalities.base import Modality
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP
from coview.nn.tokens import rows_there, spread, take, to_tell, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import block_mask, random_mask


class SSAST(Method):
    """Every hidden patch is both picked from the sample's other hidden patches and drawn: the two losses are added.

    Paper: SSAST: Self-Supervised Audio Spectrogram Transformer. Gong, Lai, Chung, Glass. AAAI 2022.
    https://arxiv.org/abs/2110.09784

    Views: one natural view; tokens are hidden behind a mask token: one by one along a single axis (frames), in clusters
    of 3 to 5 a side on a grid.

    Loss: with x_i the tokens hidden, c_i and r_i what a discriminative and a generative head make of the encoder's
    output there, the mean over i of -log( exp(c_i.x_i) / sum_j exp(c_i.x_j) ), j over the sample's hidden tokens, plus
    w times the mean error of r_i in the modality's own unit.

    Requires: one slot of any modality, and an encoder with tokens. Of symbols, x is 1 at its symbol and 0 elsewhere. A
    sample of one token predicts nothing.

    Relations: SimMIM with a second, discriminative head. The error is the modality's own: of sound the plain squared
    error, as in the paper.

    Args:
        encoder: the slot's encoder.
        masked: share of tokens hidden; default what suits the modality (the paper: 400 of 512 patches).
        generative: w (the paper: 10, on spectrograms of deviation 1/2, which is 2.5 on those of deviation 1, as they
            are here); 0 leaves the discriminative loss alone.
        discriminative: weight of the other loss; 0 leaves the generative one alone.
        positives: where the view comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("ssast", data="digits", steps=20, batch_size=32)
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
        generative: Weight = 2.5,
        discriminative: Weight = 1.0,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        need_a_loss("SSAST", discriminative=discriminative, generative=generative)
        self.encoder = encoder
        self.weights = {
            name: weight
            for name, weight in {"discriminative": discriminative, "generative": generative}.items()
            if weight
        }
        width = encoder.modality.token_dim or encoder.modality.target_dim
        widths = {"discriminative": width, "generative": encoder.modality.target_dim}
        for name in self.weights:
            self.add_module(name, RowMLP(encoder.dim, encoder.dim, widths[name]))
        self.masked = encoder.modality.hidden if masked is None else masked
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        grid, valid = modality.grid(view), token_valid(modality, view)
        if len(grid) == 1:
            masked = random_mask(draw, math.prod(grid), self.masked, valid=valid)
        else:
            side = 3 + int(draw.step("cluster") * 3)
            masked = block_mask(draw, grid, self.masked, (side,) * len(grid), valid=valid)
        return to_tell(view, masked, self.weights, masked=masked)

    def represent(self, views: Views) -> Reps:
        view, modality = views["view"], self.encoder.modality
        out = self.encoder(view, masked=view.params["masked"])
        if not bool(out.present.any()):
            return Reps(losses={name: out.pooled.new_zeros(len(view)) for name in self.weights})
        rows = rows_there(out.present)
        assert out.tokens is not None
        wanted, asked = (view.params[name][rows, 0] for name in ("wanted", "asked"))
        hidden = take(modality.tokens(view).value[rows, 0], wanted)
        told = take(out.tokens[rows, 0], wanted)
        losses: dict[str, Tensor] = {}
        for name, weight in self.weights.items():
            head = self.get_submodule(name)
            if name == "discriminative":
                each = masked_matching(head(told), as_numbers(hidden, modality), asked)
            else:
                each = masked_mean(modality.token_loss(head(told), hidden), asked)
            losses[name] = weight * spread(each, rows, len(view))
        return Reps(losses=losses)


def as_numbers(tokens: Tensor, modality: Modality) -> Tensor:
    """Tokens `(..., P)`, 0 where a number is missing; symbols `(...)` as 1 at their place among all, `(..., K)`."""
    return tokens.nan_to_num(0) if modality.token_dim else F.one_hot(tokens, modality.target_dim).float()
