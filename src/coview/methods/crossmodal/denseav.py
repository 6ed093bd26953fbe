"""DenseAV."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from coview.batch import Batch, Embeddings, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Weight
from coview.losses import head_overlap, negative_pressure, similarity_contrast, temporal_variation
from coview.methods.locating import LocatingMethod, joint_too
from coview.modalities.base import present_mean
from coview.nn.by_rows import by_rows, tile_of
from coview.nn.dense_similarity import dense_similarity, over_moments, own_volume, some_products
from coview.nn.encoder import Encoded, Encoder
from coview.nn.logit_scale import LogitScale
from coview.nn.slot_dict import SlotDict
from coview.nn.token_aligner import TokenAligner
from coview.nn.tokens import all_there
from coview.views.draw import Draw
from coview.views.looks import Positives


class DenseAV(LocatingMethod):
    """A picture and what is said of it are as alike as each moment's best place, found by several heads.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (authors' code: mhamilton723/DenseAV)

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: InfoNCE in both directions on g S(a, b), g learned, S the mean over moments of the greatest inner product
    over places and heads; beside it, weighted: the overlap of heads (`head_overlap`), the square of negative products
    of places and moments drawn by key from the whole batch, the square of changes from moment to moment, and
    max(log g_0 - log g, 0)^2, which keeps g from falling.

    Requires: two slots with tokens: what is looked at (pictures) and what is said (sound, or text). A sample that lacks
    one takes no part.

    Relations: CLIP on a volume of products in the place of one product; AVOL-Net has one head, one sound vector, and
    asks of each pair by itself. The paper starts from DINO and HuBERT; here both encoders start from nothing, each
    token through a norm and a linear map as the paper's pictures. Left out are its three small terms on what does not
    belong to a pair (pieces of other clips spliced into sound, tiles of other pictures, silence), whose products it
    draws to 0: the first two make a sample depend on others of its chunk.

    Args:
        encoders: two slots' encoders: what is looked at, and what is said of it, as `--slots LOOKED SAID` orders them;
            sound and text are never looked at beside pictures, spectral ones, video or volumes.
        heads: that products are taken by (the paper: 1, and 2 for sound beside speech).
        dim: width of a token in all heads together (the paper: 384).
        disentanglement, nonnegativity, smoothness, calibration: weights of the four beside InfoNCE (as in its code).
        scale: g_0 (as in its code).
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> small = {"dim": 32, "depth": 1}
        >>> run = coview.fit("denseav", data="emoji", steps=5, batch_size=32, encoder_options=small)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name', 'joint']
    """

    spaces = ("joint",)
    similarity = staticmethod(dense_similarity)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        heads: Count = 2,
        dim: Count = 128,
        disentanglement: Weight = 0.05,
        nonnegativity: Weight = 0.01,
        smoothness: Weight = 0.01,
        calibration: Weight = 0.1,
        scale: AboveZero = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, positives=positives, plain=plain)
        self.aligners = SlotDict({slot: TokenAligner(e.dim, dim, heads) for slot, e in encoders.items()})
        self.first_scale = math.log(scale)
        self.scale = LogitScale(1 / scale)
        self.own = {"disentanglement": disentanglement * (heads > 1), "smoothness": smoothness}
        self.shared = {"nonnegativity": nonnegativity, "calibration": calibration}

    def views(self, batch: Batch, draw: Draw) -> Views:
        views = super().views(batch, draw)
        views.weights = {name: all_there(views.values()).float() for name, weight in self.own.items() if weight}
        return views

    def align(self, looks: Mapping[str, Encoded]) -> list[Tensor]:
        """Of one look each: places `(B, S, K, C)` and which are there `(B, S)`, moments and which are heard."""
        return [x[:, 0] for slot in (self.where, self.said) for x in self.aligners[slot](looks[slot])]

    def represent(self, views: Views) -> Reps:
        places, there, moments, heard = self.align({slot: e(views[slot]) for slot, e in self.slot_encoders().items()})
        volume, valid = own_volume(places, moments), there[:, :, None] & heard[:, None]
        of = {"disentanglement": head_overlap, "smoothness": temporal_variation}
        losses = {name: weight * of[name](volume, valid) for name, weight in self.own.items() if weight}
        features = {
            "places": places,
            "there": there,
            "moments": moments,
            "heard": heard,
            "present": all_there(views.values()),
        }
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        places, there, moments, heard = z.there("places", "there", "moments", "heard")
        if not len(places):
            return Relations()
        tile = tile_of(moments[..., 0].numel() * places.shape[1])
        alike = by_rows(self.similarity, (places, there), (moments, heard), tile=tile)
        drawn = z.draw("drawn", 2, 4)[z["present"]]  # four places and four moments of each sample
        beside = {
            "nonnegativity": negative_pressure(some_products(places, there, moments, heard, drawn)),
            "calibration": (self.first_scale - self.scale.log).clamp_min(0).square(),
        }
        losses = {name: weight * beside[name] for name, weight in self.shared.items() if weight}
        pooled = torch.stack([present_mean(places, there), present_mean(moments, heard)], 1).flatten(2)
        losses["info_nce"] = similarity_contrast(self.scale() * alike)
        return Relations(losses, seen={f"{self.where}-{self.said}": pooled})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.scale.clip_()

    def locate(self, where: Encoded, said: Encoded) -> Tensor:
        """At each place the best head's product, averaged over moments."""
        places, there, moments, heard = self.align({self.where: where, self.said: said})
        best = own_volume(places, moments).amax(1)
        return over_moments(best, heard[:, None]).masked_fill(~there, float("-inf"))

    def embed(self, batch: Batch) -> Embeddings:
        """Each slot's features in a space of its own, then mean tokens of both in `joint`: a stand-in for volumes."""
        return joint_too(self, batch, lambda slot, look: present_mean(*self.aligners[slot](look)).flatten(2))
