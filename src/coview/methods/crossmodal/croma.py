"""CROMA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from coview.batch import Batch, Embeddings, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Part, Weight
from coview.losses.parts import masked_mean
from coview.methods.crossmodal.base import JointMethod
from coview.nn.alibi import cell_centres
from coview.nn.decoders import TokenDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.fusion import FusionEncoder
from coview.nn.logit_scale import LogitScale
from coview.nn.pairs import mean_over_pairs, tiled_info_nce
from coview.nn.tokens import all_there, places_of, positions, rows_there, spread, take, token_valid
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
    radar). Where their grids have other axes attention across has no bias. A sample that lacks one takes no part.

    Relations: CLIP and MAE in one; either weight may be 0, and what it weighs is not computed then. Attention
    inside the slots' encoders is biased by distance too, in place of positions (option `alibi` of `vit`).

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
        ['drawing', 'name', 'joint']
    """

    slot_counts = (2, 2)
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
        super().__init__(encoders, dim=dim, positives=positives, plain=())
        first, second = encoders.values()
        self.pooling = nn.ModuleDict({slot: feed_forward(e.dim) for slot, e in encoders.items()})
        self.context = nn.Linear(second.dim, first.dim)
        self.fusion = FusionEncoder(first.dim, fusion_depth, max(first.dim // 32, 1))
        self.decoder = TokenDecoder(first.dim, decoder_dim, decoder_depth, None)
        self.sensor = nn.Parameter(torch.randn(2, decoder_dim) * 0.02)
        self.outs = nn.ModuleDict({s: nn.Linear(decoder_dim, e.modality.target_dim) for s, e in encoders.items()})
        self.scale = LogitScale(temperature)
        self.masked = {slot: e.modality.hidden if masked is None else masked for slot, e in encoders.items()}
        self.weights = {"contrast": contrast, "reconstruction": reconstruction}

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
        grid = {slot: modality[slot].grid(views[slot]) for slot in self.slots}
        tokens, how, kept = {}, {}, {}
        for slot in self.slots:
            tokens[slot] = out[slot].tokens[rows, 0]  # type: ignore[index]
            how[slot] = {name: p[rows, 0] for name, p in views[slot].params.items()}
            kept[slot] = None if views[slot].length is None else how[slot]["kept"]
        at = {
            slot: cell_centres(grid[slot], grid[first], tokens[slot].device)[how[slot]["keep"]]
            for slot in self.slots
            if len(grid[slot]) == len(grid[first])
        }
        context = self.context(tokens[second])
        fused = self.fusion(tokens[first], context, at[first], at.get(second), kept[first], kept[second])
        before = math.prod(grid[first])  # the second slot's places come after the first's
        said = self.decoder(
            fused,
            how[first]["keep"],
            torch.cat([how[first]["wanted"], how[second]["wanted"] + before], 1),
            self._places(views, rows, len(fused)),
            kept[first],
            torch.cat([how[slot]["asked"] for slot in self.slots], 1),
        )
        split = said.split([how[slot]["wanted"].shape[1] for slot in self.slots], 1)
        total = said.new_zeros(len(said))
        for slot, some in zip(self.slots, split, strict=True):
            target = take(modality[slot].tokens(views[slot]).value[rows, 0], how[slot]["wanted"])
            total = total + masked_mean(modality[slot].token_loss(self.outs[slot](some), target), how[slot]["asked"])
        return spread(total, rows, len(both))

    def _places(self, views: Views, rows: slice | Tensor, count: int) -> Tensor:
        """Where the tokens of both slots stand, and of which sensor they are: `(n, T, width)`."""
        parts = []
        for (slot, encoder), sensor in zip(self.slot_encoders().items(), self.sensor, strict=True):
            places = places_of(encoder.modality, views[slot], self.decoder.width, rows)
            parts.append(places.expand(count, -1, -1) + sensor)
        return torch.cat(parts, 1)

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
        """Each slot's features in a space of its own, then both in `joint`, of length 1."""
        found = super().embed(batch)
        for slot, e in found.get("joint", {}).items():
            e.values = self.space.unit(slot, self.pooling[slot](found[slot][slot].values), e.present)
        return found


def feed_forward(dim: int) -> nn.Module:
    """What a sensor's pooled tokens go through before the projection: `(..., D)` -> `(..., D)`."""
    return nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
