"""Mean teacher without negatives, on any modality: a method in one file."""

from __future__ import annotations

from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import Count, Share
from coview.losses import negative_cosine
from coview.methods.base import Method
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.draw import Draw
from coview.views.looks import looks


class MyMethod(Method):
    """A student predicts what its slow copy says of another look.

    Args:
        encoder: the slot's encoder.
        hidden: width of the predictor's hidden layer.
        momentum: how slowly the copy follows; 1 stands still.
    """

    def __init__(self, encoder: Encoder, *, hidden: Count = 256, momentum: Share = 0.99) -> None:
        super().__init__()
        self.encoder, self.teacher = encoder, Teacher(encoder)
        self.predictor = MLP(encoder.dim, hidden, encoder.dim)
        self.momentum = momentum

    def views(self, batch: Batch, draw: Draw) -> Views:  # how a sample is looked at: drawn by key
        return Views({"looks": looks(batch[self.encoder.slot], self.encoder.modality, draw, 2)})

    def represent(self, views: Views) -> Reps:  # what each look says: reads its chunk alone
        student, teacher = self.encoder(views["looks"]), self.teacher(views["looks"])
        return Reps({"student": student.pooled, "teacher": teacher.pooled, "present": student.present.all(1)})

    def relate(self, z: Features) -> Relations:  # what the looks teach each other: sees the whole step
        student, teacher = z["student"][z["present"]], z["teacher"][z["present"]]
        if not len(student):
            return Relations()
        a, b = self.predictor(student[:, 0]), self.predictor(student[:, 1])
        loss = (negative_cosine(a, teacher[:, 1]) + negative_cosine(b, teacher[:, 0])) / 2
        return Relations({"agree": loss}, seen={"student": student, "teacher": teacher})

    def after_step(self, kept: dict[str, Tensor]) -> None:  # state moves once a step
        self.teacher.follow(self.encoder, self.momentum)
