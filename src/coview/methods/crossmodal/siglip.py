"""SigLIP."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch import Tensor, nn

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count, Finite
from coview.losses import pairwise_sigmoid_rows
from coview.methods.crossmodal.base import JointMethod
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.logit_scale import LogitScale
from coview.nn.pairs import mean_over_pairs
from coview.views.looks import Positives


class SigLIP(JointMethod):
    """Every picture is asked of every caption: yours or not? No answer depends on the other answers.

    Paper: Sigmoid Loss for Language Image Pre-Training. Zhai, Mustafa, Kolesnikov, Beyer. ICCV 2023.
    https://arxiv.org/abs/2303.15343

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: -1/N sum_i sum_j log sigmoid( y_ij (s a_i.b_j + c) ) with a, b the two slots' projections brought to length 1,
    y = 1 for partners and -1 otherwise, s and c learned. More than two slots: the mean over all pairs of slots, each
    (sample, pair) weighing alike.

    Requires: two or more slots of any modality. A sample that lacks a slot takes part in the pairs it has.

    Relations: CLIP with a sigmoid for each pair in place of two softmaxes over the batch: one matrix, no normaliser.

    Args:
        encoders: the chosen slots' encoders.
        dim: width of the joint space (the paper: its encoders' width, 768 and up).
        scale: s at the start (as in the paper); its logarithm is learned.
        bias: c at the start (as in the paper): at the first step nearly all pairs are not partners.
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("siglip", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name', 'joint']
    """

    slot_counts = (2, None)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        scale: AboveZero = 10.0,
        bias: Finite = -10.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain)
        self.scale = LogitScale(1 / scale)
        self.bias = nn.Parameter(torch.tensor(float(bias)))

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        scale = self.scale()

        def judge(a: Tensor, b: Tensor) -> Tensor:
            own = torch.arange(len(a), device=a.device)
            return by_rows(pairwise_sigmoid_rows, (a, own), (b, scale, self.bias)).mean()

        loss = mean_over_pairs(judge, looks, present, combinations(range(len(self.slots)), 2))
        if loss is None:
            return Relations()
        return Relations({"sigmoid": loss}, seen=self.seen(looks, present))
