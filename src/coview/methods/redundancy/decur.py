"""DeCUR."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from torch import Tensor

from coview.batch import Batch, Embeddings, Features, Relations
from coview.kinds import AboveZero, Count, Portion, Weight
from coview.losses import cross_correlation, decoupled_correlation
from coview.methods.crossmodal.base import JointMethod
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.nn.pairs import mean_over_pairs
from coview.views.looks import Positives


class DeCUR(JointMethod):
    """Two modalities agree on some dimensions and on no others, which are left for what each says alone.

    Paper: Decoupling Common and Unique Representations for Multimodal Self-supervised Learning. Wang, Albrecht, Ait Ali
    Braham, Liu, Xiong, Zhu. ECCV 2024. https://arxiv.org/abs/2309.05300 (authors' code: zhu-xlab/DeCUR)

    Views: two of each slot, natural or augmented.

    Loss: within a slot Barlow Twins' on its two looks, over all dimensions; across two slots, on the first look at
    each, with C their cross-correlation and w the redundancy weight: on the common dimensions sum_d (1 - C_dd)^2 +
    w sum_{d != e} C_de^2, on the others sum_d C_dd^2 + w sum_{d != e} C_de^2, both halved. The mean of all, over
    slots and pairs of slots, as in the authors' code.

    Requires: two slots or more of any modality. A sample takes part in the terms it has both looks of.

    Relations: Barlow Twins in every slot and between every two; with `common` 1 nothing is left to a slot alone. CMC
    and CLIP keep only what is shared. The authors' deformable attention is a part of their encoder and not here; their
    code has one projector for both modalities, their figure one for each, as here.

    Args:
        encoders: the chosen slots' encoders.
        dim: width of the projections (the paper: 8,192).
        hidden: width of the projections' two hidden layers (the paper: 8,192).
        common: share of the dimensions that slots agree on (the paper: 7/8 for radar and optical pictures, 3/4 for
            pictures with elevation or depth).
        redundancy_weight: w (as in the paper).
        scale: of the whole loss, as in Barlow Twins.
        positives: where the looks come from.
        plain: modalities that are read without augmentation where they have two natural views.

    Example:
        >>> import coview
        >>> run = coview.fit("decur", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    slot_counts = (2, None)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 512,
        hidden: Count = 512,
        common: Portion = 0.75,
        redundancy_weight: Weight = 0.0051,
        scale: AboveZero = 1 / 32,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain, hidden=hidden, layers=2)
        self.common = max(1, round(common * dim))
        self.redundancy_weight = redundancy_weight
        self.scale = scale

    def look_counts(self, batch: Batch) -> dict[str, int]:
        """Two looks at every slot."""
        return dict.fromkeys(self.slots, 2)

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        own = [(i, i + 1) for i in range(0, looks.shape[1], 2)]
        pairs = list(combinations(range(0, looks.shape[1], 2), 2))
        within = mean_over_pairs(
            lambda a, b: cross_correlation(a, b, redundancy_weight=self.redundancy_weight), looks, present, own
        )
        across = mean_over_pairs(
            lambda a, b: decoupled_correlation(a, b, self.common, redundancy_weight=self.redundancy_weight) / 2,
            looks,
            present,
            pairs,
        )
        terms = len(own) + len(pairs)
        losses: dict[str, Tensor] = {}
        for name, loss, count in (("within", within, len(own)), ("across", across, len(pairs))):
            if loss is not None:
                losses[name] = self.scale * count / terms * loss
        both = {slot: (present[:, i] & present[:, j], [i, j]) for slot, (i, j) in zip(self.slots, own, strict=True)}
        return Relations(losses, seen={slot: looks[there][:, at] for slot, (there, at) in both.items() if there.any()})

    def embed(self, batch: Batch) -> Embeddings:
        """Each slot's features in a space of its own, then the common dimensions of all slots in `joint`."""
        found = super().embed(batch)
        for e in found.get("joint", {}).values():
            e.values = unit(e.values[..., : self.common])
        return found
