"""DINO."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Share, Shares, Whole
from coview.losses import self_distillation_rows
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.ema import Teacher, cosine_momentum
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP, unit
from coview.nn.prototypes import Prototypes, cosines
from coview.views.crops import multi_crop
from coview.views.draw import Draw
from coview.views.looks import Positives


class DINO(Method):
    """A student that sees little predicts what its slow copy, that sees much, says over K self-made classes.

    Paper: Emerging Properties in Self-Supervised Vision Transformers. Caron, Touvron, Misra, Jegou, Mairal, Bojanowski,
    Joulin. ICCV 2021. https://arxiv.org/abs/2104.14294

    Views: multi-crop: two global crops of each sample, of two natural views where there are two, and `local` smaller
    ones. The student sees all, the teacher the global ones.

    Loss: with s and r the cosines of student and teacher with their prototypes, and c the centre, the mean over global
    looks a and looks v != a of -sum_k softmax((r_a - c) / t_teacher)_k log softmax(s_v / t_student)_k. After the step
    the teacher follows the student with momentum m, rising to 1 along half a cosine, and
    c <- centre_momentum * c + (1 - centre_momentum) * mean of r.

    Requires: one slot of any modality.

    Relations: BYOL with distributions for vectors; SwAV with a centre instead of a balanced assignment. Centring alone
    would flatten the output, sharpening alone would let one class win; together they hold. The head has batch
    normalisation, an option of the authors': without it small rectified networks, whose features share a direction,
    settle on one answer for all samples.

    Args:
        encoder: the slot's encoder.
        dim: width of the head's output, what prototypes are compared with (paper: 256).
        hidden: width of the head's two hidden layers (paper: 2,048).
        prototypes: K (paper: 65,536).
        local: local crops (paper: 8).
        global_scale: least and greatest share of the whole in a global crop (as in the paper, for pictures).
        local_scale: the same of a local crop (as in the paper).
        student_temperature: t_student, in units of cosine similarity.
        teacher_temperature: t_teacher after its warm-up (paper: 0.04 to 0.07; lower where the loss stays at log K).
        teacher_temperature_start: t_teacher at the start (paper: 0.04).
        teacher_warmup: share of the run over which t_teacher rises (paper: 30 of 300 epochs).
        momentum: m at the start (paper: 0.996).
        centre_momentum: of the centre for each step.
        freeze: share of the run in which the student's prototypes stand still (paper: the first epoch).
        positives: where the looks come from.

    Example:
        >>> import coview
        >>> run = coview.fit("dino", data="digits", steps=20, batch_size=32)
        >>> run.steps
        20
    """

    centre: Tensor

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        prototypes: Count = 1024,
        local: Whole = 4,
        global_scale: Shares = (0.25, 1.0),
        local_scale: Shares = (0.05, 0.25),
        student_temperature: AboveZero = 0.1,
        teacher_temperature: AboveZero = 0.025,
        teacher_temperature_start: AboveZero = 0.025,
        teacher_warmup: Share = 0.1,
        momentum: Share = 0.99,
        centre_momentum: Share = 0.9,
        freeze: Share = 0.02,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = MLP(encoder.dim, hidden, hidden, dim)
        self.prototypes = Prototypes(dim, prototypes)
        self.teacher = Teacher(encoder)
        self.teacher_head = Teacher(self.head)
        self.teacher_prototypes = Teacher(self.prototypes)
        self.register_buffer("centre", torch.zeros(prototypes))
        self.local, self.global_scale, self.local_scale = local, global_scale, local_scale
        self.student_temperature = student_temperature
        self.teacher_temperature = teacher_temperature
        self.teacher_temperature_start = teacher_temperature_start
        self.teacher_warmup = teacher_warmup
        self.momentum = momentum
        self.centre_momentum = centre_momentum
        self.freeze = freeze
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        whole, part = multi_crop(
            slot, self.encoder.modality, draw,
            n_local=self.local, global_scale=self.global_scale, local_scale=self.local_scale, positives=self.positives,
        )  # fmt: skip
        return Views({"global": whole, "local": part} if self.local else {"global": whole})

    def represent(self, views: Views) -> Reps:
        out = [self.encoder(view) for view in views.values()]
        student, teacher = torch.cat([o.pooled for o in out], 1), self.teacher(views["global"]).pooled
        present = torch.cat([o.present for o in out], 1).all(1)
        return Reps({"student": student, "teacher": teacher, "present": present})

    def project(self, student: Tensor, teacher: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors `(N, V, dim)` of features `(N, V, D)`, each through its own head."""
        heads = ((self.head, student), (self.teacher_head, teacher))
        own, slow = (unit(head(x.flatten(0, 1))).unflatten(0, x.shape[:2]) for head, x in heads)
        return own, slow

    def relate(self, z: Features) -> Relations:
        student, teacher = z.there("student", "teacher")
        return self.distil(*self.project(student, teacher)) if len(student) else Relations()

    def distil(self, student: Tensor, teacher: Tensor) -> Relations:
        """The loss of projections `(N, V, dim)` and `(N, 2, dim)`, both of unit length, and what the centre needs."""
        directions = self.prototypes.directions
        if self.clock.progress < self.freeze:
            directions = directions.detach()
        teacher_directions = self.teacher_prototypes.module.directions
        each = by_rows(
            lambda s, r, own, slow, centre: self_distillation_rows(
                cosines(s, own), cosines(r, slow), centre, self.student_temperature, self.temperature_now
            ),
            (student, teacher),
            (directions, teacher_directions, self.centre),
        )
        mean = cosines(teacher.flatten(0, 1).mean(0), teacher_directions)  # the mean of the cosines: they are linear
        seen = {"projection": student[:, :2], "teacher": teacher}
        return Relations({"self_distillation": each.mean()}, {"centre": mean}, seen)

    @property
    def temperature_now(self) -> float:
        """t_teacher at this point of the run."""
        share = min(self.clock.progress / self.teacher_warmup, 1.0) if self.teacher_warmup > 0 else 1.0
        return self.teacher_temperature_start + share * (self.teacher_temperature - self.teacher_temperature_start)

    def after_step(self, kept: dict[str, Tensor]) -> None:
        momentum = cosine_momentum(self.momentum, self.clock.progress)
        self.teacher.follow(self.encoder, momentum)
        self.teacher_head.follow(self.head, momentum)
        self.teacher_prototypes.follow(self.prototypes, momentum)
        if "centre" in kept:
            self.centre.lerp_(kept["centre"].to(self.centre.dtype), 1 - self.centre_momentum)
