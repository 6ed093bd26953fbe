"""Self-distillation with no labels: the student predicts the teacher's centred, sharpened output."""

from __future__ import annotations

from torch import Tensor

from coview.losses.parts import check_temperature, mean_rows
from coview.losses.precision import at_least_float32
from coview.losses.swapped_prediction import cross_view_cross_entropy


@at_least_float32
def self_distillation(
    student: Tensor,
    teacher: Tensor,
    centre: Tensor | float = 0.0,
    *,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> Tensor:
    """Every view of the student predicts every other view of the teacher.

    The mean over samples, teacher views a and student views v != a of
    `-sum_k softmax((teacher_a - centre) / t_t)_k log softmax(student_v / t_s)_k`. No gradient reaches the teacher.

    Paper: Emerging Properties in Self-Supervised Vision Transformers. Caron, Touvron, Misra, Jegou, Mairal, Bojanowski,
    Joulin. ICCV 2021. https://arxiv.org/abs/2104.14294 (eq. 1 to 3).

    Args:
        student: `(N, V, K)` logits, the global views first.
        teacher: `(N, A, K)` logits of the same first A <= V views.
        centre: `(K,)` subtracted from the teacher's logits: their running mean, so that no output wins everywhere.
        student_temperature: t_s, in units of a logit.
        teacher_temperature: t_t, below t_s: sharpens.

    Returns:
        A scalar; 0 for no samples.

    Raises:
        ValueError: shapes that do not fit, or no two different views.
        UserError: a temperature that is not positive.
    """
    return mean_rows(self_distillation_rows(student, teacher, centre, student_temperature, teacher_temperature))


@at_least_float32
def self_distillation_rows(
    student: Tensor,
    teacher: Tensor,
    centre: Tensor | float = 0.0,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> Tensor:
    """`self_distillation` of each sample by itself: `(N,)`; `by_rows` cuts the first two arguments."""
    check_temperature(student_temperature)
    check_temperature(teacher_temperature)
    target = ((teacher.detach() - centre) / teacher_temperature).softmax(2)
    return cross_view_cross_entropy(student / student_temperature, target)
