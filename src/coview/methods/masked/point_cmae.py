"""Point-CMAE."""

from __future__ import annotations

import math
from collections.abc import Iterable

from torch import Tensor, nn

from coview.batch import Batch, Reps, View, Views
from coview.kinds import Count, Part, Weight
from coview.losses import masked_agreement
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.nn.decoders import TokenDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.tokens import on_grid, places_of, positions, rows_there, spread, take, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import random_keep


class PointCMAE(Method):
    """A sample is hidden in part twice and rebuilt by two decoders; what both rebuild unseen, they must see alike.

    Paper: Bringing Masked Autoencoders Explicit Contrastive Properties for Point Cloud Self-Supervised Learning. Ren,
    Mei, Paudel, Wang, Li, Liu, Cucchiara, Van Gool, Sebe. ACCV 2024. https://arxiv.org/abs/2407.05862 (authors' code:
    Amazingren/Point-CMAE)

    Views: one natural view, twice; each time another random share of its tokens is kept.

    Loss: the sum over both of the modality's token loss between decoder's output and hidden token (for points the
    Chamfer distance of two patches), and w times the mean of 1 - cos between what the two decoders hold, before the
    last norm and the map to their outputs, at each token that was hidden both times.

    Requires: one slot of any modality, and an encoder with tokens; made for points. A sample of one token predicts
    nothing.

    Relations: MAE with two masks, two decoders and their agreement: a contrastive constraint without augmentation and
    without negatives. In the authors' code each token hidden twice is compared with all tokens of the other decoder; in
    the paper, and here, with itself. A class token and its projector, which their losses do not read, are left out.

    Args:
        encoder: the slot's encoder.
        masked: share of tokens hidden each time; default what suits the modality, 0.6 of points as in the paper.
        decoder_dim: width of the decoders (the paper: 384).
        decoder_depth: their blocks (the paper: 4).
        agreement: w (the authors weigh the Chamfer distance by 1,000 beside it; where tokens are of size 1, about 0.1).
        positives: where the view comes from; natural reads it without augmentation, auto augments it.

    Example:
        >>> import coview
        >>> small = {"dim": 32, "depth": 1}
        >>> run = coview.fit("point-cmae", data="furniture", steps=5, batch_size=16, encoder_options=small)
        >>> run.steps
        5
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
        agreement: Weight = 1e-3,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        target = encoder.modality.target_dim
        self.decoders: Iterable[TokenDecoder] = nn.ModuleList(  # type: ignore[assignment]
            TokenDecoder(encoder.dim, decoder_dim, decoder_depth, target) for _ in range(2)
        )
        self.masked = encoder.modality.hidden if masked is None else masked
        self.agreement = agreement
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives).pick([0, 0])
        drawn = random_keep(
            draw, math.prod(modality.grid(view)), self.masked, views=2, valid=token_valid(modality, view)
        )
        wanted, asked = positions(drawn.masked)
        params = {"keep": drawn.keep, "kept": drawn.keep_valid, "wanted": wanted, "asked": asked}
        there = view.present[:, 0]
        weights = {
            "reconstruction": (asked[:, 0].sum(1) * there).float(),
            "agreement": (drawn.masked.all(1).sum(1) * there).float(),
        }
        return Views({"view": view.with_value(view.value, params=params)}, weights)

    def represent(self, views: Views) -> Reps:
        return Reps(losses=self.rebuild(views["view"], self.encode(views["view"])))

    def encode(self, view: View) -> Encoded:
        """What is said of the tokens that were kept, each time: `(B, 2, ...)`."""
        ragged = view.length is not None
        return self.encoder(view, keep=view.params["keep"], keep_valid=view.params["kept"] if ragged else None)

    def rebuild(self, view: View, out: Encoded) -> dict[str, Tensor]:
        """Both losses, `(B,)` each."""
        if not bool(out.present.any()):
            return dict.fromkeys(("reconstruction", "agreement"), out.pooled.new_zeros(len(view)))
        modality, ragged = self.encoder.modality, view.length is not None
        rows = rows_there(out.present[:, :1])
        assert out.tokens is not None
        whole = modality.tokens(view.pick([0])).value[rows, 0]
        held, rebuilt = [], []
        for i, decoder in enumerate(self.decoders):
            keep, kept, wanted, asked = (view.params[name][rows, i] for name in ("keep", "kept", "wanted", "asked"))
            places = places_of(modality, view, decoder.width, rows)
            layers: list[Tensor] = []
            said = decoder.everywhere(
                out.tokens[rows, i], keep, wanted, places, kept if ragged else None, asked if ragged else None, layers
            )[:, keep.shape[1] :]
            rebuilt.append(masked_mean(modality.token_loss(decoder.out(said), take(whole, wanted)), asked))
            held.append(on_grid(layers[-1][:, keep.shape[1] :], wanted, asked, whole.shape[1]))
        (first, hidden), (second, again) = held
        losses = {
            "reconstruction": rebuilt[0] + rebuilt[1],
            "agreement": self.agreement * masked_agreement(first, second, hidden & again),
        }
        return {name: spread(each, rows, len(view)) for name, each in losses.items()}
