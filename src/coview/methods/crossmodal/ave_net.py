"""AVE-Net."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count, Finite
from coview.losses import distance_correspondence
from coview.methods.crossmodal.base import JointMethod
from coview.nn.encoder import Encoder
from coview.nn.pairs import strangers
from coview.views.looks import Positives


class AVENet(JointMethod):
    """Does this sound belong to this picture? Nothing but the distance of the two embeddings may answer.

    Paper: Objects that Sound. Arandjelovic, Zisserman. ECCV 2018. https://arxiv.org/abs/1712.06651

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: with d the Euclidean distance of two slots' projections brought to length 1, the cross entropy of s (m - d),
    s and m learned: of each sample's pair, and of its first slot with another sample's second, drawn by key. The
    paper's softmax of two affine maps of d says the same.

    Requires: two slots of any modality. A sample that lacks one takes no part.

    Relations: SigLIP asks of all N^2 pairs, and by cosine; CLIP has each find its own among all. AVOL-Net keeps the
    picture's places apart and takes the best.

    Args:
        encoders: two slots' encoders.
        dim: width of the joint space (as in the paper).
        hidden: width of the projections' hidden layer (as in the paper).
        scale: s at the start.
        threshold: m at the start, in units of distance: 0 to 2.
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("ave-net", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name', 'joint']
    """

    slot_counts = (2, 2)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        hidden: Count = 128,
        scale: AboveZero = 5.0,
        threshold: Finite = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain, hidden=hidden)
        self.scale = nn.Parameter(torch.tensor(float(scale)))
        self.threshold = nn.Parameter(torch.tensor(float(threshold)))

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        both = present.all(1)
        if not both.any():
            return Relations()
        a, b = looks[both].unbind(1)
        others = strangers(z.draw("stranger")[both])
        loss = distance_correspondence(a, b, b[others], self.scale, self.threshold)
        return Relations({"correspondence": loss}, seen=self.seen(looks, present))
