"""Scaled cosine error: features are rebuilt up to their length, and what is easy counts less."""

from __future__ import annotations

from torch import Tensor

from coview.errors import UserError
from coview.losses.parts import check_alike, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def scaled_cosine_error(prediction: Tensor, target: Tensor, *, gamma: float = 2.0) -> Tensor:
    """`(1 - cos(prediction, target))^gamma` of each vector.

    Paper: GraphMAE: Self-Supervised Masked Graph Autoencoders. Hou, Liu, Cen, Dong, Yang, Wang, Tang. KDD 2022.
    https://arxiv.org/abs/2205.10803 (eq. 2, before its mean over masked nodes).

    Args:
        prediction: `(..., F)`.
        target: the same shape.
        gamma: at least 1; the higher, the less vectors count that are nearly right.

    Returns:
        `(...)` from 0 to 2^gamma; 1 where either vector is zero.

    Raises:
        ValueError: the two differ in shape.
        UserError: gamma below 1.
    """
    check_alike(prediction=prediction, target=target)
    if gamma < 1:
        raise UserError(f"a gamma of {gamma} was given; it must be at least 1 (2 is usual)")
    return (1 - (unit_rows(prediction) * unit_rows(target)).sum(-1)).clamp_min(0) ** gamma
