"""CLIP."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from torch import Tensor

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count
from coview.methods.crossmodal.base import JointMethod
from coview.nn.encoder import Encoder
from coview.nn.logit_scale import LogitScale
from coview.nn.pairs import mean_over_pairs, tiled_info_nce
from coview.views.looks import Positives


class CLIP(JointMethod):
    """A picture finds its caption among all captions of the batch, and a caption its picture.

    Paper: Learning Transferable Visual Models From Natural Language Supervision. Radford, Kim, Hallacy, Ramesh, Goh,
    Agarwal, Sastry, Askell, Mishkin, Clark, Krueger, Sutskever. ICML 2021. https://arxiv.org/abs/2103.00020

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: symmetric InfoNCE: with a, b the two slots' projections brought to length 1 and s the learned scale,
    1/2 mean_i -log( exp(s a_i.b_i) / sum_j exp(s a_i.b_j) ) + 1/2 mean_i -log( exp(s a_i.b_i) / sum_j exp(s a_j.b_i) ).
    More than two slots: the mean over all pairs of slots, each (sample, pair) weighing alike.

    Requires: two or more slots of any modality. A sample that lacks a slot takes part in the pairs it has.

    Relations: SigLIP judges every pair by itself, Symile whole tuples and not pairs, CMC several views of a slot beside
    the pairs of slots; SLIP adds SimCLR on the pictures.

    Args:
        encoders: the chosen slots' encoders.
        dim: width of the joint space (the paper: 512 to 1024).
        temperature: 1 / s at the start, in units of cosine similarity; s is learned and kept at or under 100 (as in the
            paper).
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("clip", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name', 'joint']
    """

    slot_counts = (2, None)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        temperature: AboveZero = 0.07,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain)
        self.scale = LogitScale(temperature)

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        temperature = self.scale.temperature
        pairs = combinations(range(len(self.slots)), 2)
        loss = mean_over_pairs(lambda a, b: tiled_info_nce(a, b, temperature), looks, present, pairs)
        if loss is None:
            return Relations()
        return Relations({"info_nce": loss}, seen=self.seen(looks, present))

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.scale.clip_()
