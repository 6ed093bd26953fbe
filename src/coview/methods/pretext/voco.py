"""VoCo."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, View, Views
from coview.kinds import Count, Share, Within
from coview.losses import overlap_prediction, region_discrepancy
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP, unit
from coview.views.draw import Draw
from coview.views.looks import Positives, choose
from coview.views.volume import cut_cubes, draw_quarter_turns, layer_cubes, shared_volume

CHANGED = 0.2
"""How often the authors mirror a part along an axis, and how often they turn it."""


class VoCo(Method):
    """Where in a volume a part was taken from is told by how alike it is to parts whose places are known.

    Paper: VoCo: A Simple-yet-Effective Volume Contrastive Learning Framework for 3D Medical Image Analysis. Wu, Zhuang,
    Chen. CVPR 2024. https://arxiv.org/abs/2402.17300 (authors' code: Luffy03/VoCo)

    Views: one natural view; of it the base crops, which cut a layer of it, at a drawn depth, into equal cubes, and
    `crops` cubes of the same size at drawn places of the layer. Each is brought to the size of a look, and is by chance
    mirrored along an axis or turned about the third by quarters.

    Loss: with o the share of a crop that lies in a base, and l the mean of two rectified cosines, of the crop by the
    student with the base by the teacher and the other way round: -sum o log(1 - |o - l|) / sum o, and the mean of l^2
    over bases that the crop does not touch; and over pairs of bases the mean of their squared rectified cosines. The
    teacher follows the student: theta_t <- m theta_t + (1 - m) theta.

    Requires: one slot of volumes.

    Relations: SwAV and DINO compare views with learned prototypes; here the prototypes are the volume's own regions,
    and what a view should say of them is known. Other samples are not met. The authors also shift grey values of some
    parts, by shares of a range that only CT has. They move the teacher before it is asked; here it follows a step.

    Args:
        volume: the slot's encoder.
        bases: base crops along the first two axes (the paper: 4), at least 3: of 2 a crop touches every one.
        crops: drawn crops of each volume (as in the authors' code).
        dim: width of the projection (the paper: 2,048).
        hidden: width of the projector's two hidden layers (the paper: 2,048).
        momentum: m (as in the paper).

    Example:
        >>> import coview
        >>> run = coview.fit("voco", data="mricron", steps=5, batch_size=16, encoder_options={"dim": 32})
        >>> run.steps
        5
    """

    batch_size = ALONE

    def __init__(
        self,
        volume: Encoder,
        *,
        bases: Annotated[int, Within(3)] = 3,
        crops: Count = 2,
        dim: Count = 128,
        hidden: Count = 512,
        momentum: Share = 0.9,
    ) -> None:
        super().__init__()
        self.volume = volume
        self.projector = MLP(volume.dim, hidden, hidden, dim)
        self.teacher = Teacher(volume)
        self.teacher_projector = Teacher(self.projector)
        self.bases, self.crops = bases, crops
        self.momentum = momentum

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.volume.slot], self.volume.modality
        at, there = choose(slot.present, draw, 1, Positives.NATURAL)
        one = slot.pick(at)
        within = 1 - 1 / self.bases
        fixed = layer_cubes(self.bases, draw("depth") * within)
        depth_and_side = fixed[:, :1, 2:].expand(-1, self.crops, -1)
        drawn = torch.cat([draw("corner", self.crops, 2) * within, depth_and_side], -1)
        placing = draw_quarter_turns(draw, torch.cat([fixed, drawn], 1), CHANGED)
        parts = cut_cubes(one.value[:, 0].float(), placing, modality.size)  # type: ignore[attr-defined]
        present = (one.present & there).expand(-1, parts.shape[1])
        return Views({"parts": View(parts, modality.name, present)}, carry={"overlap": shared_volume(drawn, fixed)})

    def represent(self, views: Views) -> Reps:
        student, teacher = self.volume(views["parts"]), self.teacher(views["parts"])
        there = student.present.all(1)
        return Reps({"student": student.pooled, "teacher": teacher.pooled, "present": there, **views.carry})

    def relate(self, z: Features) -> Relations:
        student, teacher, overlap = z.there("student", "teacher", "overlap")
        if not len(student):
            return Relations()
        heads = ((self.projector, student), (self.teacher_projector, teacher))
        own, slow = (unit(head(x.flatten(0, 1))).unflatten(0, x.shape[:2]) for head, x in heads)
        (base, crop), (slow_base, slow_crop) = (x.split([x.shape[1] - self.crops, self.crops], 1) for x in (own, slow))
        likeness = _likeness(crop, slow_base, slow_crop, base)
        losses = {
            "position": overlap_prediction(likeness, overlap).mean(),
            "discrepancy": region_discrepancy(base).mean(),
        }
        return Relations(losses, seen={"projection": torch.stack([crop[:, 0], slow_crop[:, 0]], 1)})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.teacher.follow(self.volume, self.momentum)
        self.teacher_projector.follow(self.projector, self.momentum)


@at_least_float32
def _likeness(crop: Tensor, slow_base: Tensor, slow_crop: Tensor, base: Tensor) -> Tensor:
    """The mean of both rectified cosines of crops with bases, of unit vectors `(B, ., D)`: `(B, crops, bases)`."""
    return ((crop @ slow_base.mT).relu() + (slow_crop @ base.mT).relu()) / 2
