"""What methods that bring several slots into one space have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch import Tensor

from coview.batch import Batch, Embedding, Embeddings, Features, Reps, Views
from coview.methods.base import Method, embed_slot
from coview.nn.encoder import Encoder
from coview.nn.joint_space import JointSpace
from coview.nn.slot_dict import SlotDict
from coview.views.draw import Draw
from coview.views.looks import Positives
from coview.views.slot_looks import slot_looks


class JointMethod(Method):
    """Base of the methods that join slots: one look at each slot, an encoder and a projection for each.

    Args:
        encoders: slot -> its encoder.
        dim: width of the joint space.
        positives: where a look comes from.
        plain: modalities that are read without augmentation.
        hidden: width of the projections' hidden layers; 0 for linear projections.
        layers: hidden layers, where they have a width.
    """

    spaces = ("joint",)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: int,
        positives: Positives,
        plain: Sequence[str],
        hidden: int = 0,
        layers: int = 1,
    ) -> None:
        super().__init__()
        self.encoders = SlotDict(encoders)
        self.space = JointSpace({slot: e.dim for slot, e in encoders.items()}, dim, hidden, layers)
        self.positives = Positives(positives)
        self.plain = tuple(plain)

    @property
    def slots(self) -> list[str]:
        """The slots joined, in the order chosen."""
        return list(self.encoders)

    def look_counts(self, batch: Batch) -> dict[str, int]:
        """How many looks are taken at each slot."""
        return dict.fromkeys(self.slots, 1)

    def views(self, batch: Batch, draw: Draw) -> Views:
        encoders = dict(self.slot_encoders())
        return Views(slot_looks(batch, encoders, draw, self.look_counts(batch), self.positives, self.plain))

    def represent(self, views: Views) -> Reps:
        features: dict[str, Tensor] = {}
        for slot, encoder in self.encoders.items():
            out = encoder(views[slot])
            features |= {slot: out.pooled, f"{slot}/present": out.present}
        return Reps(features)

    def joint(self, z: Features) -> tuple[Tensor, Tensor]:
        """All looks in the joint space, slot by slot: `(B, V, dim)`, and which are there, `(B, V)` bool."""
        present = [z[f"{slot}/present"] for slot in self.slots]
        looks = [self.space(slot, z[slot], there) for slot, there in zip(self.slots, present, strict=True)]
        return torch.cat(looks, 1), torch.cat(present, 1)

    def seen(self, looks: Tensor, present: Tensor) -> dict[str, Tensor]:
        """For the health report: of every two slots, the samples that have both, `(N, 2, dim)`."""
        compared: dict[str, Tensor] = {}
        for i, j in combinations(range(len(self.slots)), 2):
            both = present[:, i] & present[:, j]
            if both.any():
                compared[f"{self.slots[i]}-{self.slots[j]}"] = looks[both][:, [i, j]]
        return compared

    def embed(self, batch: Batch) -> Embeddings:
        """Each slot's features in a space of its own, then all slots in `joint`, of length 1."""
        found: Embeddings = {}
        joint: dict[str, Embedding] = {}
        for slot, encoder in self.slot_encoders().items():
            if slot in batch:
                own = embed_slot(encoder, batch)
                found[slot] = {slot: own}
                joint[slot] = Embedding(self.space.unit(slot, own.values, own.present), own.present)
        if joint:
            found["joint"] = joint
        return found
