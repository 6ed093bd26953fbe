"""ColloSSL."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.errors import UserError
from coview.kinds import AboveZero, Whole
from coview.losses import mean_discrepancy, weighted_contrastive_rows
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.views.draw import Draw


class ColloSSL(Method):
    """Devices that ran together teach each other: at one time the most alike agree, what any saw at other times is far.

    Paper: ColloSSL: Collaborative Self-Supervised Learning for Human Activity Recognition. Jain, Tang, Min, Kawsar,
    Mathur. IMWUT 2022. https://arxiv.org/abs/2202.00758; selection as in the authors' code, weights as their ratios.

    Views: a slot's natural views, as they are: synchronous recordings of several devices.

    Loss: for every device as the anchor: *device selection*: the maximum mean discrepancy d_v between what the anchor
    and each other device v recorded in this step; the closest is the positive, all others and it are negatives of
    weight w_v = 1 / d_v. *Contrastive sampling*: the positive at the same time, negatives at all other times of the
    step. *Multi-view contrastive loss*: with cosines s over t, the mean of -log( exp(s_+) / (exp(s_+) + sum_v w_v
    mean_j exp(s_vj)) ).

    Requires: one slot with two or more natural views, all read by one encoder; with two, the other one is the positive.

    Relations: SimCLR whose augmentation is another device; CMC contrasts every pair of views alike. The authors
    draw one negative from each device; here all other times of the step are negatives, each device's weight shared
    among them; theirs are times of the same person, here of whoever is in the step. They compare the lengths of
    accelerations; here the summary of its input that any modality has (`Modality.raw`), by one kernel of adaptive
    width, where the authors add twelve of fixed widths.

    Args:
        encoder: the slot's encoder, of every device.
        anchor: the position of the only device that is an anchor; default every device in turn (the paper: one).
        temperature: t, in units of cosine similarity (the paper: 0.05).

    Example:
        >>> import coview
        >>> run = coview.fit("collossl", data="emoji", slots=["drawing"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(self, encoder: Encoder, *, anchor: Whole | None = None, temperature: AboveZero = 0.05) -> None:
        super().__init__()
        self.encoder = encoder
        self.anchor, self.temperature = anchor, temperature

    def views(self, batch: Batch, draw: Draw) -> Views:
        stored = batch[self.encoder.slot]
        if stored.width < 2:
            raise UserError(
                f"ColloSSL relates devices that ran together, and slot {self.encoder.slot!r} has one natural view; "
                "give it one for each device, or use simclr"
            )
        if self.anchor is not None and self.anchor >= stored.width:
            raise UserError(f"anchor is the position of a device, 0 to {stored.width - 1}; {self.anchor} was given")
        modality = self.encoder.modality
        return Views({"devices": modality.prepare(stored)}, carry={"raw": modality.raw(stored)})

    def represent(self, views: Views) -> Reps:
        out = self.encoder(views["devices"])
        return Reps({"devices": out.pooled, "present": out.present, "raw": views.carry["raw"]})

    def relate(self, z: Features) -> Relations:
        devices, present = z["devices"], z["present"]
        apart = discrepancies(z["raw"], present)
        anchors = range(devices.shape[1]) if self.anchor is None else (self.anchor,)
        each: list[Tensor] = []
        seen: dict[str, Tensor] = {}
        for a in anchors:
            closest = int(apart[a].argmin())
            both = (present[:, a] & present[:, closest]).nonzero()[:, 0]
            if not apart[a, closest].isfinite() or not len(both):
                continue
            others = present.clone()
            others[:, a] = False
            sample, device = others.nonzero().unbind(1)
            weight = device_weights(apart[a]).to(devices.dtype)
            rows = (devices[both, a], devices[both, closest], both)
            shared = (devices[sample, device], sample, device, weight, self.temperature)
            each.append(by_rows(weighted_contrastive_rows, rows, shared))
            seen.setdefault("devices", unit(torch.stack(rows[:2], 1)))
        return Relations({"multi_view": torch.cat(each).mean()}, seen=seen) if each else Relations()


def discrepancies(raw: Tensor, present: Tensor) -> Tensor:
    """How far devices are from each other by what they recorded: `(B, V, R)`, `(B, V)` -> `(V, V)`.

    Infinite of a device to itself, and where one recorded nothing.
    """
    v = present.shape[1]
    found = torch.full((v, v), torch.inf, dtype=torch.float64, device=raw.device)
    for i in range(v):
        for j in range(i):
            a, b = raw[present[:, i], i], raw[present[:, j], j]
            if len(a) and len(b):
                found[i, j] = found[j, i] = mean_discrepancy(a.double(), b.double())
    return found


def device_weights(apart: Tensor) -> Tensor:
    """Each device's weight as a negative, `(V,)`: 1 over its discrepancy, at most 1,000; 0 where that is infinite."""
    return 1 / apart.clamp_min(1e-3)
