"""Redundancy reduction between modalities that share a part of what they say and no more: DeCUR."""

from __future__ import annotations

from torch import Tensor

from coview.losses.cross_correlation import cross_correlation_matrix
from coview.losses.parts import from_diagonal
from coview.losses.precision import at_least_float32


@at_least_float32
def decoupled_correlation(a: Tensor, b: Tensor, common: int, *, redundancy_weight: float = 5e-3) -> Tensor:
    """The cross-correlation of two modalities: to the identity on their common dimensions, to zero on the others.

    With C of `cross_correlation_matrix`, w the redundancy weight and the first k dimensions common,
    `sum_{d < k} (1 - C_dd)^2 + w sum_{d != e < k} C_de^2 + sum_{d >= k} C_dd^2 + w sum_{d != e >= k} C_de^2`. How a
    common dimension goes with one that is not is left free.

    Paper: Decoupling Common and Unique Representations for Multimodal Self-supervised Learning. Wang, Albrecht, Ait Ali
    Braham, Liu, Xiong, Zhu. ECCV 2024. https://arxiv.org/abs/2309.05300 (section 3; authors' code: zhu-xlab/DeCUR).

    Args:
        a: `(N, D)` of one modality.
        b: `(N, D)` of another.
        common: k, from 0 to D; with D it is `cross_correlation`.
        redundancy_weight: the paper's lambda.

    Returns:
        A scalar; 0 for fewer than two rows, which have no correlation.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    matrix = cross_correlation_matrix(a, b)
    if len(a) < 2:
        return matrix.sum() * 0
    total = matrix.new_zeros(())
    for block, wanted in ((matrix[:common, :common], 1.0), (matrix[common:, common:], 0.0)):
        if len(block):
            total = total + from_diagonal(block, wanted, redundancy_weight)
    return total
