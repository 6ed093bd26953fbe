"""Prototypes: directions that rows are compared with (clusters, or the classes of a self-made label)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.losses.precision import at_least_float32
from coview.nn.heads import unit


class Prototypes(nn.Module):
    """K learned directions. They are brought to length 1 in use, so that nothing has to be done before a step.

    That is SwAV's normalisation at each step and DINO's weight normalisation with its gain fixed at 1.

    Args:
        dim: D.
        count: K.
    """

    def __init__(self, dim: int, count: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(count, dim) / dim**0.5)  # rows of length about 1

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def directions(self) -> Tensor:
        """`(K, D)` unit vectors."""
        return unit(self.weight)

    def forward(self, rows: Tensor) -> Tensor:
        """Cosines of unit rows `(..., D)` with each prototype, `(..., K)`."""
        return cosines(rows, self.directions)


@at_least_float32
def cosines(rows: Tensor, directions: Tensor) -> Tensor:
    """Products of unit rows `(..., D)` and directions `(K, D)`, `(..., K)`, in float32 or better.

    Divided by temperatures of a few hundredths, as they will be, bfloat16's would be noise.
    """
    return rows @ directions.T
