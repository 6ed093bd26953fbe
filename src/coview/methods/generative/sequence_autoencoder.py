"""Sequence autoencoder."""

from __future__ import annotations

from torch import Tensor

from coview.batch import Batch, Reps, View, Views
from coview.kinds import Count
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.nn.causal_decoder import CausalDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.tokens import places_of, rows_there, spread, valid_or_all
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class SequenceAutoencoder(Method):
    """A sequence is brought into one vector, and told again from it token after token.

    Paper: Semi-supervised Sequence Learning. Dai, Le. NeurIPS 2015. https://arxiv.org/abs/1511.01432; for events as the
    generative parent of MLEM, Moskvoretskii et al. 2024, https://arxiv.org/abs/2401.15935 (a recurrent encoder, a
    transformer as decoder, an error for each field of an event).

    Views: one natural view.

    Loss: the mean over tokens of how far the decoder's output at a position is from the token there, in the modality's
    own unit (events: squared error or cross entropy by field; series and pictures: squared error; text: cross
    entropy). The decoder reads the embedding and the tokens before.

    Requires: one slot of any modality; any encoder, for its pooled features are all that the decoder sees of it.

    Relations: MAE hides tokens and keeps the rest; here all pass through one vector. What comes next from what was
    before is told by the decoder alone where that suffices; the embedding is asked for the rest. The small absolute
    penalty on the embedding in MLEM's code is left out.

    Args:
        encoder: the slot's encoder.
        decoder_dim: width of the decoder (MLEM: 128).
        decoder_depth: its blocks (MLEM: 3).
        positives: where the view comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("sequence-autoencoder", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    batch_size = ALONE

    def __init__(
        self,
        encoder: Encoder,
        *,
        decoder_dim: Count = 64,
        decoder_depth: Count = 2,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = CausalDecoder(encoder.modality, encoder.dim, decoder_dim, decoder_depth)
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        tokens = modality.tokens(view)
        weight = valid_or_all(tokens.valid, tokens.value, 3).flatten(1).sum(1) * view.present[:, 0]
        return Views({"view": view}, weights={"generation": weight.float()})

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        return Reps(losses={"generation": self.generation(view, self.encoder(view))})

    def generation(self, view: View, out: Encoded) -> Tensor:
        """How well each sample's tokens are told, `(B,)`; 0 where there is none."""
        if not bool(out.present.any()):
            return out.pooled.new_zeros(len(view))
        modality = self.encoder.modality
        rows = rows_there(out.present)
        told = modality.tokens(view)
        tokens = told.value[rows, 0]
        places = places_of(modality, view, self.decoder.width, rows)
        predicted = self.decoder(out.pooled[rows, 0], tokens, places)
        each = masked_mean(modality.token_loss(predicted, tokens), valid_or_all(told.valid, told.value, 3)[rows, 0])
        return spread(each, rows, len(view))
