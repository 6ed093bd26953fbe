"""MAE."""

from __future__ import annotations

import math

from torch import Tensor

from coview.batch import Batch, Reps, View, Views
from coview.errors import UserError
from coview.kinds import Count, Part
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.nn.decoders import TokenDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.tokens import places_of, rows_there, spread, take, to_tell, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import Masking, random_keep


class MAE(Method):
    """Most of a sample is taken away; from the little that is left an encoder and a light decoder rebuild it.

    Paper: Masked Autoencoders Are Scalable Vision Learners. He, Chen, Xie, Li, Dollar, Girshick. CVPR 2022.
    https://arxiv.org/abs/2111.06377

    Views: one natural view; a random share of its tokens is kept.

    Loss: the mean over hidden tokens of the modality's `token_loss` of the decoder's output and the token: of pictures
    the squared difference from the patch brought to mean 0 and variance 1 by itself, of symbols cross entropy. The
    encoder reads kept tokens only, the decoder those and a mask token at every hidden place.

    Requires: one slot of any modality, and an encoder with tokens. A sample of one token predicts nothing.

    Relations: SimMIM hides tokens from an encoder that still reads their places, and has no decoder. data2vec and
    I-JEPA predict a teacher's latents instead of the input.

    Args:
        encoder: the slot's encoder.
        masked: share of tokens hidden; default what suits the modality, 0.75 of pictures as in the paper.
        decoder_dim: width of the decoder (the paper: 512).
        decoder_depth: its blocks (the paper: 8).
        positives: where the view comes from; natural reads it without augmentation, auto augments it (the paper crops
            and flips).
        masking: whether tokens are hidden one by one, or for videos the same places in every frame.

    Example:
        >>> import coview
        >>> run = coview.fit("mae", data="digits", steps=20, batch_size=32)
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
        decoder_dim: Count = 64,
        decoder_depth: Count = 2,
        positives: Positives = Positives.NATURAL,
        masking: Masking = Masking.RANDOM,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = TokenDecoder(encoder.dim, decoder_dim, decoder_depth, encoder.modality.target_dim)
        self.masked = encoder.modality.hidden if masked is None else masked
        self.positives = Positives(positives)
        self.masking = Masking(masking)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        valid = token_valid(modality, view)
        grid = modality.grid(view)
        tubes = grid[0] if self.masking is Masking.TUBE else 1
        if self.masking is Masking.TUBE and len(grid) != 3:
            raise UserError(f"tubes run through time, and {modality.name} has none to run through; say masking=random")
        drawn = random_keep(draw, math.prod(grid), self.masked, valid=valid, tubes=tubes)
        return to_tell(view, drawn.masked, ["reconstruction"], keep=drawn.keep, kept=drawn.keep_valid)

    def represent(self, views: Views) -> Reps:
        return Reps(losses={"reconstruction": self.rebuild(views["view"], self.encode(views["view"]))})

    def encode(self, view: View) -> Encoded:
        """What is said of the tokens that were kept."""
        ragged = view.length is not None  # where looks differ in how many tokens they keep and hide
        return self.encoder(view, keep=view.params["keep"], keep_valid=view.params["kept"] if ragged else None)

    def rebuild(self, view: View, out: Encoded) -> Tensor:
        """The loss of each sample, `(B,)`."""
        if not bool(out.present.any()):
            return out.pooled.new_zeros(len(view))
        modality, ragged = self.encoder.modality, view.length is not None
        rows = rows_there(out.present)
        assert out.tokens is not None
        keep, kept, wanted, asked = (view.params[name][rows, 0] for name in ("keep", "kept", "wanted", "asked"))
        rebuilt = self.decoder(
            out.tokens[rows, 0],
            keep,
            wanted,
            places_of(modality, view, self.decoder.width, rows),
            kept if ragged else None,
            asked if ragged else None,
        )
        target = take(modality.tokens(view).value[rows, 0], wanted)
        each = masked_mean(modality.token_loss(rebuilt, target), asked)
        return spread(each, rows, len(view))
