"""Point distillation with contrast."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Features, Relations
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Share, Shares, Weight, Whole
from coview.losses import info_nce_rows
from coview.methods.distillation.dino import DINO
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.views.looks import Positives


class PointDistillContrast(DINO):
    """Crops of a cloud, global and local, predict what a teacher says of the global ones, and find them among others.

    Paper: Distillation with Contrast is All You Need for Self-Supervised Point Cloud Representation Learning. Fu, Gao,
    Zhang, Li, Qiao, Wang. 2022. https://arxiv.org/abs/2202.04241

    Views: as DINO: two global crops and `local` smaller ones. Of a cloud a crop is the points around one of them.

    Loss: a times DINO's, and b times the contrast of the global crops: with u and v of unit length what the student's
    and the teacher's heads say, the mean over both orders of the two crops and over samples i of
    -log (exp(u_i . v'_i / t) / sum_j exp(u_i . v'_j / t)), v' of the other crop.

    Requires: one slot of any modality; made for points, whatever the encoder.

    Relations: DINO with MoCo v3's contrast, without its predictor. Written from the abstract, for no code is public:
    from it come the student and its teacher, global shapes and the step from local to global, and that a contrast
    helps the teacher to be updated; that the teacher is DINO's moving average with a centre, that the contrast is of
    global crops between student and teacher, among the samples of a step and on the same head, and a and b are choices
    made here.

    Args:
        encoder: the slot's encoder.
        dim: width of the head's output, which prototypes and other samples are compared with.
        hidden: width of the head's two hidden layers.
        prototypes: of DINO.
        local: local crops.
        global_scale: least and greatest share of the points in a global crop (as in the authors' later POS-BERT).
        local_scale: the same of a local crop.
        distillation: a; 0 leaves the contrast alone.
        contrast: b; 0 leaves DINO.
        temperature: t, in units of cosine similarity.
        teacher_temperature: of DINO, after its warm-up.
        momentum: of the teacher at the start.
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("point-distill-contrast", data="digits", steps=20, batch_size=32)
        >>> run.steps
        20
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        prototypes: Count = 1024,
        local: Whole = 4,
        global_scale: Shares = (0.5, 0.9),
        local_scale: Shares = (0.2, 0.5),
        distillation: Weight = 1.0,
        contrast: Weight = 1.0,
        temperature: AboveZero = 0.2,
        teacher_temperature: AboveZero = 0.025,
        momentum: Share = 0.99,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__(
            encoder,
            dim=dim,
            hidden=hidden,
            prototypes=prototypes,
            local=local,
            global_scale=global_scale,
            local_scale=local_scale,
            teacher_temperature=teacher_temperature,
            momentum=momentum,
            positives=positives,
        )
        if not (distillation or contrast):
            raise UserError("there is nothing to learn: distillation and contrast both weigh 0")
        self.distillation, self.contrast, self.temperature = distillation, contrast, temperature

    def relate(self, z: Features) -> Relations:
        features = z.there("student", "teacher")
        if not len(features[0]):
            return Relations()
        student, teacher = self.project(*features)
        found = Relations(seen={"projection": student[:, :2], "teacher": teacher})
        if self.distillation:
            found = self.distil(student, teacher)
            found.losses = {name: self.distillation * loss for name, loss in found.losses.items()}
        if self.contrast:
            found.losses["info_nce"] = self.contrast * self.find(student[:, :2], teacher)
        return found

    def find(self, student: Tensor, teacher: Tensor) -> Tensor:
        """The contrast of two crops each, `(N, 2, dim)` of unit length: a scalar."""
        own = torch.arange(len(student), device=student.device)
        orders = [
            by_rows(info_nce_rows, (student[:, crop], own), (teacher[:, 1 - crop], self.temperature))
            for crop in range(2)
        ]
        return torch.cat(orders).mean()
