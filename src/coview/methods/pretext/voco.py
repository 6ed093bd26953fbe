"""VoCo."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, View, Views
from coview.errors import UserError
from coview.losses import overlap_prediction, region_discrepancy
from coview.methods.base import Method
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP, unit
from coview.views.draw import Draw
from coview.views.looks import Positives, choose
from coview.views.volume import cut_cubes, regular_cubes, shared_volume


class VoCo(Method):
    """Where in a volume a part was taken from is told by how alike it is to parts whose places are known.

    Paper: VoCo: A Simple-yet-Effective Volume Contrastive Learning Framework for 3D Medical Image Analysis. Wu, Zhuang,
    Chen. CVPR 2024. https://arxiv.org/abs/2402.17300 (authors' code: Luffy03/VoCo)

    Views: one natural view; of it the base crops, which cut it into equal cubes, and `crops` cubes of the same size at
    drawn places. None is mirrored or turned.

    Loss: with o the share of a crop that lies in a base, and l the mean of two rectified cosines, of the crop by the
    student with the base by the teacher and the other way round: -sum o log(1 - |o - l|) / sum o, and the mean of l^2
    over bases that the crop does not touch; and over pairs of bases the mean of their squared rectified cosines. The
    teacher follows the student: theta_t <- m theta_t + (1 - m) theta.

    Requires: one slot of volumes.

    Relations: SwAV and DINO compare views with learned prototypes; here the prototypes are the volume's own regions,
    and what a view should say of them is known. Other samples are not met. The paper cuts a layer of 4 x 4 bases out of
    scans of a body; here bases fill the cube. The authors move the teacher before it is asked; here it follows a step.

    Args:
        volume: the slot's encoder.
        bases: base crops along each axis.
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

    batch_size = 64

    def __init__(
        self,
        volume: Encoder,
        *,
        bases: int = 2,
        crops: int = 2,
        dim: int = 128,
        hidden: int = 512,
        momentum: float = 0.9,
    ) -> None:
        super().__init__()
        if bases < 2 or crops < 1:
            raise UserError(f"bases is at least 2 along each axis and crops at least 1, not {bases} and {crops}")
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
        fixed = regular_cubes(self.bases, device=one.present.device).expand(len(batch), -1, -1)
        side = 1 / self.bases
        corner = draw("corner", self.crops, 3) * (1 - side)
        drawn = torch.cat([corner, torch.full_like(corner[..., :1], side)], -1)
        patch, size = modality.patch, modality.size  # type: ignore[attr-defined]
        voxels = patch * max(2, round(size * side / patch))
        parts = cut_cubes(one.value[:, 0].float(), torch.cat([fixed, drawn], 1), voxels)
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
        likeness = ((crop @ slow_base.mT).relu() + (slow_crop @ base.mT).relu()) / 2
        losses = {
            "position": overlap_prediction(likeness, overlap).mean(),
            "discrepancy": region_discrepancy(base).mean(),
        }
        return Relations(losses, seen={"projection": torch.stack([crop[:, 0], slow_crop[:, 0]], 1)})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.teacher.follow(self.volume, self.momentum)
        self.teacher_projector.follow(self.projector, self.momentum)
