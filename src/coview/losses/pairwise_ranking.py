"""Bayesian personalised ranking: what was chosen scores above what was not."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike
from coview.losses.precision import at_least_float32


@at_least_float32
def pairwise_ranking(chosen: Tensor, other: Tensor) -> Tensor:
    """`-log sigmoid(chosen - other)` of each pair of scores.

    Paper: BPR: Bayesian Personalized Ranking from Implicit Feedback. Rendle, Freudenthaler, Gantner, Schmidt-Thieme.
    UAI 2009. https://arxiv.org/abs/1205.2618 (section 4.1, without its prior).

    Args:
        chosen: `(...)` scores of what was chosen.
        other: the same shape, scores of what was not.

    Returns:
        `(...)`, at least 0.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(chosen=chosen, other=other)
    return F.softplus(other - chosen)
