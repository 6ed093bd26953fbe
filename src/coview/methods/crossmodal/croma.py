"""CROMA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, View, Views
from coview.kinds import AboveZero, Count, Part, Weight
from coview.losses.parts import masked_mean
from coview.methods.crossmodal.base import JointMethod
from coview.methods.weights import need_a_loss
from coview.modalities.base import present_mean
from coview.nn.alibi import cell_centres
from coview.nn.decoders import TokenDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.fusion import FusionEncoder
from coview.nn.logit_scale import LogitScale
from coview.nn.pairs import mean_over_pairs, tiled_info_nce
from coview.nn.slot_dict import SlotDict
from coview.nn.tokens import all_there, positions, rows_there, spread, take, token_valid, valid_or_all
from coview.nn.transformer import heads_for
from coview.views.draw import Draw
from coview.views.looks import Positives
from coview.views.masks import random_keep


class CROMA(JointMethod):
    """Two sensors of one scene, each seen in small part: they find each other, and together rebuild what neither saw.

    Paper: CROMA: Remote Sensing Representations with Contrastive Radar-Optical Masked Autoencoders. Fuller, Millard,
    Green. NeurIPS 2023. https://arxiv.org/abs/2311.00566 (authors' code: antofuller/CROMA)

    Views: one natural view of each slot; a random share of its tokens is kept, drawn for each slot by itself.

    Loss: symmetric InfoNCE of the two slots' pooled kept tokens, each through a perceptron and a projection, with a
    learned scale; and the sum over both slots of the mean token loss at hidden tokens, decoded from the first slot's
    kept tokens after they attended to each other and to the second slot's, all biased by minus their distance.

    Requires: two slots of any modality with tokens; made for slots that cover the same ground (the paper's first is
    radar). Where their grids have other axes attention across has no bias, and tokens that stand by their value, as
    patches of points do, have none at all. A sample that lacks one takes no part.

    Relations: CLIP and MAE in one; either weight may be 0, and what it weighs is then neither computed nor embedded.
    Attention inside the slots' encoders is biased by distance too, in place of positions (option `alibi` of `vit`),
    with slopes that few heads make slight: of H the steepest is 2 ** (-8 / H) a cell (the paper: 0.71, of 16). The
    paper's decoder has one token a place, and one linear map gives both sensors' pixels there; as slots here need not
    share a grid, each has mask tokens and a map of its own, with a learned vector of the sensor. The paper normalises
    a patch over both sensors' channels together; here an error is that of the slot's modality.

    Args:
        encoders: the two slots' encoders; the first queries the second.
        dim: width of the joint space.
        masked: share of tokens hidden in each slot; default what suits its modality, 0.75 of pictures as in the paper.
        fusion_depth: blocks of the fusing encoder (the paper: half of the optical encoder's).
        decoder_dim: width of the decoder (the paper: 512).
        decoder_depth: its blocks (as in the paper).
        contrast: weight of the first loss (as in the paper).
        reconstruction: weight of the second (as in the paper).
        temperature: 1 / the scale at the start, in units of cosine similarity.
        positives: where the views come from; natural reads them without augmentation, which keeps them aligned.

    Example:
        >>> import coview
        >>> small = {"dim": 32, "depth": 1}
        >>> run = coview.fit("croma", data="emoji", steps=5, batch_size=32, encoder_options=small)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name', 'fused', 'joint']
    """

    slot_counts = (2, 2)
    spaces = ("fused", "joint")
    needs_tokens = True
    encoder_defaults: ClassVar[Mapping[str, Any]] = {"alibi": True}

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        masked: Part | None = None,
        fusion_depth: Count = 1,
        decoder_dim: Count = 64,
        decoder_depth: Count = 1,
        contrast: Weight = 1.0,
        reconstruction: Weight = 1.0,
        temperature: AboveZero = 0.07,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        need_a_loss("CROMA", contrast=contrast, reconstruction=reconstruction)
        super().__init__(encoders, dim=dim, positives=positives, plain=())
        first, second = encoders.values()
        self.pooling = SlotDict({slot: feed_forward(e.dim) for slot, e in encoders.items()})
        self.context = nn.Linear(second.dim, first.dim)
        self.fusion = FusionEncoder(first.dim, fusion_depth, first.options.get("heads") or heads_for(first.dim))
        self.decoder = TokenDecoder(first.dim, decoder_dim, decoder_depth, None)
        self.sensor = nn.Parameter(torch.randn(2, decoder_dim) * 0.02)
        self.outs = SlotDict({s: nn.Linear(decoder_dim, e.modality.target_dim) for s, e in encoders.items()})
        self.scale = LogitScale(temperature)
        self.masked = {slot: e.modality.hidden if masked is None else masked for slot, e in encoders.items()}
        self.weights = {"contrast": contrast, "reconstruction": reconstruction}
        if not contrast:
            for part in (self.pooling, self.space, self.scale):
                part.requires_grad_(False)
        if not reconstruction:
            self.sensor.requires_grad_(False)
            for part in (self.context, self.fusion, self.decoder, self.outs):
                part.requires_grad_(False)

    def views(self, batch: Batch, draw: Draw) -> Views:
        views = super().views(batch, draw)
        both = all_there(views.values())
        for slot, view in views.items():
            modality = self.slot_encoders()[slot].modality
            valid = token_valid(modality, view)
            drawn = random_keep(draw / slot, math.prod(modality.grid(view)), self.masked[slot], valid=valid)
            wanted, asked = positions(drawn.masked)
            params = {"keep": drawn.keep, "kept": drawn.keep_valid, "wanted": wanted, "asked": asked}
            views.views[slot] = view.with_value(view.value, params=params)
        return Views(views.views, {"reconstruction": both.float()} if self.weights["reconstruction"] else {})

    def represent(self, views: Views) -> Reps:
        out: dict[str, Encoded] = {}
        features: dict[str, Tensor] = {}
        for slot, encoder in self.slot_encoders().items():
            how, ragged = views[slot].params, views[slot].length is not None
            out[slot] = encoder(views[slot], keep=how["keep"], keep_valid=how["kept"] if ragged else None)
            features |= {slot: self.pooling[slot](out[slot].pooled), f"{slot}/present": out[slot].present}
        losses: dict[str, Tensor] = {}
        if self.weights["reconstruction"]:
            losses["reconstruction"] = self.weights["reconstruction"] * self.rebuild(views, out)
        return Reps(features if self.weights["contrast"] else {}, losses)

    def rebuild(self, views: Views, out: dict[str, Encoded]) -> Tensor:
        """How far both slots' hidden tokens, decoded from what both kept, are from those there were: `(B,)`."""
        both = torch.stack([o.present for o in out.values()]).all(0)
        first, second = self.slots
        if not bool(both.any()):
            return out[first].pooled.new_zeros(len(both))
        rows = rows_there(both)
        modality = {slot: encoder.modality for slot, encoder in self.slot_encoders().items()}
        tokens, how, kept = {}, {}, {}
        for slot in self.slots:
            tokens[slot] = out[slot].tokens[rows, 0]  # type: ignore[index]
            how[slot] = {name: p[rows, 0] for name, p in views[slot].params.items()}
            kept[slot] = None if views[slot].length is None else how[slot]["kept"]
        places = self.places(views)
        at = {slot: centres[how[slot]["keep"]] for slot, centres in self.centres(views, places).items()}
        fused = self.fuse(tokens, at, kept)
        before = math.prod(modality[first].grid(views[first]))  # the second slot's places come after the first's
        said = self.decoder(
            fused,
            how[first]["keep"],
            torch.cat([how[first]["wanted"], how[second]["wanted"] + before], 1),
            self._marked(places, rows, len(fused)),
            kept[first],
            torch.cat([how[slot]["asked"] for slot in self.slots], 1),
        )
        split = said.split([how[slot]["wanted"].shape[1] for slot in self.slots], 1)
        total = said.new_zeros(len(said))
        for slot, some in zip(self.slots, split, strict=True):
            target = take(modality[slot].tokens(views[slot]).value[rows, 0], how[slot]["wanted"])
            total = total + masked_mean(modality[slot].token_loss(self.outs[slot](some), target), how[slot]["asked"])
        return spread(total, rows, len(both))

    def fuse(self, tokens: dict[str, Tensor], at: dict[str, Tensor], valid: dict[str, Tensor | None]) -> Tensor:
        """The first slot's tokens after they read each other and the second's: `(n, K, D)`."""
        first, second = self.slots
        context = self.context(tokens[second])
        return self.fusion(tokens[first], context, at.get(first), at.get(second), valid[first], valid[second])

    def places(self, views: Mapping[str, View]) -> dict[str, Tensor]:
        """Where the tokens of each slot stand, as the decoder is told it (`Modality.places`)."""
        return {slot: e.modality.places(views[slot], self.decoder.width) for slot, e in self.slot_encoders().items()}

    def centres(self, views: Mapping[str, View], places: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Where they stand on the first slot's grid, `(T, axes)`, of slots that have one, of as many axes as it."""
        grids = {s: e.modality.grid(views[s]) for s, e in self.slot_encoders().items() if places[s].ndim == 2}
        extent = grids.get(self.slots[0], ())
        return {s: cell_centres(g, extent, places[s].device) for s, g in grids.items() if len(g) == len(extent)}

    def _marked(self, places: dict[str, Tensor], rows: slice | Tensor, count: int) -> Tensor:
        """Where the tokens of both slots stand, and of which sensor they are: `(n, T, width)`."""
        own = [at if at.ndim == 2 else at[rows, 0] for at in places.values()]
        return torch.cat([at.expand(count, -1, -1) + sensor for at, sensor in zip(own, self.sensor, strict=True)], 1)

    def relate(self, z: Features) -> Relations:
        if not self.weights["contrast"]:
            return Relations()
        looks, present = self.joint(z)
        temperature = self.scale.temperature
        loss = mean_over_pairs(lambda a, b: tiled_info_nce(a, b, temperature), looks, present, [(0, 1)])
        if loss is None:
            return Relations()
        return Relations({"info_nce": self.weights["contrast"] * loss}, seen=self.seen(looks, present))

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.scale.clip_()

    def embed(self, batch: Batch) -> Embeddings:
        """Each slot's pooled tokens in a space of its own; both slots read as one in `fused`, under the first, its i-th
        natural view with the other's, as the reconstruction trains it; each slot in `joint`, of length 1, as the
        contrast trains it, which trains a perceptron after the pooling too.
        """
        views = {slot: e.modality.prepare(batch[slot]) for slot, e in self.slot_encoders().items() if slot in batch}
        out = {slot: self.slot_encoders()[slot](view) for slot, view in views.items()}
        own = {slot: Embedding(o.pooled, o.present) for slot, o in out.items()}
        if self.weights["contrast"]:
            for slot, e in own.items():
                e.values = self.pooling[slot](e.values) * e.present[..., None]
        found: Embeddings = {slot: {slot: e} for slot, e in own.items()}
        if self.weights["reconstruction"] and len(out) == 2:
            found["fused"] = {self.slots[0]: self.fused(views, out)}
        if self.weights["contrast"] and own:
            space = {slot: self.space.unit(slot, e.values, e.present) for slot, e in own.items()}
            found["joint"] = {slot: Embedding(values, own[slot].present) for slot, values in space.items()}
        return found

    def fused(self, views: Mapping[str, View], out: Mapping[str, Encoded]) -> Embedding:
        """The mean of the fused tokens of each natural view of the first slot that the second has beside it."""
        first, second = (out[slot] for slot in self.slots)
        width = min(first.present.shape[1], second.present.shape[1])
        there = first.present[:, :width] & second.present[:, :width]
        values = first.pooled.new_zeros(first.pooled.shape)
        if bool(there.any()):
            tokens = {s: o.tokens[:, :width][there] for s, o in out.items() if o.tokens is not None}
            valid = {s: None if o.valid is None else o.valid[:, :width][there] for s, o in out.items()}
            at = {s: centres[None] for s, centres in self.centres(views, self.places(views)).items()}
            fused = self.fuse(tokens, at, valid)
            values[:, :width][there] = present_mean(fused, valid_or_all(valid[self.slots[0]], fused, 2))
        return Embedding(values, F.pad(there, (0, first.present.shape[1] - width)))


def feed_forward(dim: int) -> nn.Module:
    """What a sensor's pooled tokens go through before the projection: `(..., D)` -> `(..., D)`."""
    return nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
