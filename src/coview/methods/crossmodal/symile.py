"""Symile."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import torch
from torch import Tensor, nn

from coview.batch import Features, Relations
from coview.kinds import AboveZero, Count
from coview.losses import symile_rows
from coview.methods.crossmodal.base import JointMethod
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.nn.logit_scale import LogitScale
from coview.nn.slot_dict import slot_key
from coview.views.looks import Positives


class Missing(StrEnum):
    """What becomes of a sample that lacks a slot.

    - `leave_out`: only complete tuples are related.
    - `learned`: an absent slot speaks through a learned vector of its own, so that a tuple in part says what it has;
      samples with fewer than two slots are left out.
    """

    LEAVE_OUT = "leave-out"
    LEARNED = "learned"


class Symile(JointMethod):
    """A look at one slot finds the tuple it belongs to: what only all slots together tell is learned too.

    Paper: Contrasting with Symile: Simple Model-Agnostic Representation Learning for Unlimited Modalities. Saporta,
    Puli, Goldstein, Ranganath. NeurIPS 2024. https://arxiv.org/abs/2411.01053

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: with x, y, z the slots' projections brought to length 1 and s the learned scale, the mean over samples i and
    over the slot that asks (x here) of -log( exp(s <x_i, y_i, z_i>) / sum_k exp(s <x_i, y_p(k), z_q(k)>) ), where
    <x, y, z> = sum_d x_d y_d z_d; p and q are random orders of the batch and one of the N candidates is the true tuple.

    Requires: two or more slots of any modality.

    Relations: with two slots it is CLIP. CLIP on three slots sees pairs only and misses what no pair tells (an
    exclusive or).

    Args:
        encoders: the chosen slots' encoders.
        dim: width of the joint space (the paper: 8192 for its largest data).
        temperature: 1 / s at the start, in units of the multilinear product, which shrinks with each slot.
        missing: what becomes of samples that lack a slot (the paper: learned).
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("symile", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
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
        missing: Missing = Missing.LEAVE_OUT,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain)
        self.scale = LogitScale(temperature)
        self.absent = None
        if Missing(missing) is Missing.LEARNED:
            self.absent = nn.ParameterDict({self.key_of(slot): torch.randn(dim) for slot in self.slots})

    @staticmethod
    def key_of(slot: str) -> str:
        """What the vector of a missing slot is kept by."""
        return slot_key(slot, nn.ParameterDict)

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        if self.absent is None:
            rows = present.all(1).nonzero()[:, 0]
        else:
            rows = (present.sum(1) >= 2).nonzero()[:, 0]
            stand_in = torch.stack([self.absent[self.key_of(slot)] for slot in self.slots]).to(looks.dtype)
            looks = torch.where(present[..., None], looks, stand_in)
        if not len(rows):
            return Relations()
        units = list(unit(looks[rows]).unbind(1))
        orders = [z.draw(f"symile/{slot}")[rows].argsort() for slot in self.slots]
        losses = [self._ask(m, units, orders) for m in range(len(units))]
        return Relations({"symile": torch.stack(losses).mean()}, seen=self.seen(looks, present))

    def _ask(self, m: int, units: list[Tensor], orders: list[Tensor]) -> Tensor:
        """Slot m finds its tuples: a scalar. Candidates and their order depend on keys, not on the batch's order."""
        rest = [i for i in range(len(units)) if i != m]
        true = torch.stack([units[i] for i in rest]).prod(0)
        if len(rest) == 1:  # nothing to mix: every other sample is a candidate once, as in CLIP
            own, candidates = torch.arange(len(true), device=true.device), true
        else:
            own = orders[m].argsort()
            candidates = torch.stack([units[i][orders[i]] for i in rest]).prod(0)
        return by_rows(symile_rows, (units[m], true, own), (candidates, self.scale.temperature)).mean()
