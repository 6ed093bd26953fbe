"""The gap between student and teacher."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def teacher_gap(student: Tensor, teacher: Tensor) -> float:
    """`1 - cos`, the mean over rows: 0 where the student says what the teacher says, 1 where they are unrelated.

    Args:
        student: `(N, D)` or `(N, V, D)`.
        teacher: the same shape.
    """
    return float(1 - F.cosine_similarity(student.double(), teacher.double(), dim=-1).mean())
