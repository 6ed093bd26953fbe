"""SpectralGPT."""

from __future__ import annotations

import math

import torch

from coview.batch import Batch, Reps, Views
from coview.kinds import Count, Part, Weight
from coview.losses import spectral_sum_error
from coview.losses.parts import masked_mean
from coview.methods.base import ALONE, Method
from coview.nn.decoders import TokenDecoder
from coview.nn.encoder import Encoder
from coview.nn.tokens import on_grid, places_of, positions, rows_there, spread, take
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import random_keep


class SpectralGPT(Method):
    """Most cubes of a few bands in a small square are taken away; rebuilt, they must be right each and add up right.

    Paper: SpectralGPT: Spectral Remote Sensing Foundation Model. Hong, Zhang, Li, Li, Li, Yao, Yokoya, Li, Ghamisi,
    Jia, Plaza, Gamba, Benediktsson, Chanussot. TPAMI 2024. https://arxiv.org/abs/2311.07113 (authors' code:
    danfenghong/IEEE_TPAMI_SpectralGPT)

    Views: one natural view; a random share of its tokens is kept, whatever their place and their bands.

    Loss: the mean over hidden tokens of the squared difference between the decoder's output and the token; and, with
    each place's tokens added up over its groups of bands, seen and hidden alike, the mean squared difference between
    the decoder's sums and the true ones.

    Requires: one slot of spectral pictures, and an encoder with tokens. Tokens are made of a few neighbouring bands
    each by the modality's option `group` (`--modality spectral.group=3` as in the paper); without it a token has all
    bands, and the second loss is the first one's of all tokens.

    Relations: MAE on tokens in space and spectrum, with spectra as a second target. The paper's training goes through
    data sets of growing pictures and is not repeated: here data are of one size. Its networks learn one embedding for
    all groups and positions; here weights come from wavelengths, and positions are sines and cosines.

    Args:
        spectral: the slot's encoder.
        masked: share of tokens hidden (as in the paper).
        decoder_dim: width of the decoder (the authors: 512).
        decoder_depth: its blocks (the authors: 4).
        spectrum: weight of the second loss (as in the authors' code).
        positives: where the view comes from; natural reads it without augmentation, auto augments it.

    Example:
        >>> import coview
        >>> group = {"patch": {"group": 2}}
        >>> run = coview.fit("spectralgpt", data="satellite", slots=["patch"], modality=group, steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        spectral: Encoder,
        *,
        masked: Part = 0.9,
        decoder_dim: Count = 64,
        decoder_depth: Count = 2,
        spectrum: Weight = 1.0,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        self.spectral = spectral
        self.decoder = TokenDecoder(spectral.dim, decoder_dim, decoder_depth, spectral.modality.target_dim)
        self.masked = masked
        self.spectrum = spectrum
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.spectral.modality
        view = looks(batch[self.spectral.slot], modality, draw, 1, self.positives)
        drawn = random_keep(draw, math.prod(modality.grid(view)), self.masked)
        wanted, asked = positions(drawn.masked)
        params = {"keep": drawn.keep, "wanted": wanted, "asked": asked}
        there = view.present[:, 0].float()
        return Views({"view": view.with_value(view.value, params=params)}, {"tokens": there, "spectrum": there})

    def represent(self, views: Views) -> Reps:
        view, modality = views["view"], self.spectral.modality
        out = self.spectral(view, keep=view.params["keep"])
        if not bool(out.present.any()):
            nothing = out.pooled.new_zeros(len(view))
            return Reps(losses={"tokens": nothing, "spectrum": nothing})
        rows = rows_there(out.present)
        assert out.tokens is not None
        keep, wanted, asked = (view.params[name][rows, 0] for name in ("keep", "wanted", "asked"))
        places = places_of(modality, view, self.decoder.width, rows)
        said = self.decoder.out(self.decoder.everywhere(out.tokens[rows, 0], keep, wanted, places))
        target = modality.tokens(view).value[rows, 0]
        each = masked_mean(modality.token_loss(said[:, keep.shape[1] :], take(target, wanted)), asked)
        at = torch.cat([keep, wanted], 1)
        whole, _ = on_grid(said, at, torch.ones_like(at, dtype=torch.bool), target.shape[1])
        grid = modality.grid(view)
        groups = grid[0] if len(grid) == 3 else 1
        sums = spectral_sum_error(*(x.unflatten(1, (groups, -1)) for x in (whole, target)))
        losses = {"tokens": each, "spectrum": self.spectrum * sums}
        return Reps(losses={name: spread(loss, rows, len(view)) for name, loss in losses.items()})
