"""The gap between student and teacher."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def teacher_gap(student: Tensor, teacher: Tensor) -> float | None:
    """`1 - cos`, the mean over rows: 0 where the student says what the teacher says, 1 where they are unrelated.

    Args:
        student: `(N, D)`.
        teacher: `(N, D)`, of the same samples.

    Returns:
        The gap over rows that are finite in both, from 0 to 2; None where there is no such row.
    """
    both = student.isfinite().all(1) & teacher.isfinite().all(1)
    if not bool(both.any()):
        return None
    return float(1 - F.cosine_similarity(student[both].double(), teacher[both].double()).mean())
