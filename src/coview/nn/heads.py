"""Projectors and predictors: what training needs and `embed` does not call."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from coview.losses.precision import at_least_float32


@at_least_float32
def unit(x: Tensor) -> Tensor:
    """Vectors `(..., D)` brought to length 1, in float32 or better also under autocast."""
    return F.normalize(x, dim=-1)


class RowNorm(nn.BatchNorm1d):
    """BatchNorm over rows `(N, D)` that is also defined for one row, which has no spread of its own.

    In training a single row is normalised with the running statistics and leaves them as they are.
    """

    def forward(self, input: Tensor) -> Tensor:
        """`(N, D)` -> `(N, D)`."""
        if self.training and len(input) < 2:
            return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, False, 0, self.eps)
        return super().forward(input)


class MLP(nn.Sequential):
    """Linear, BatchNorm, ReLU, ...: the head of SimCLR, BYOL, Barlow Twins, VICReg and their kin.

    Maps `(N, D)` to `(N, dims[-1])`. Used in `relate`, its BatchNorm sees the whole batch.

    Args:
        dims: widths from input to output, at least two.
        norm_last: BatchNorm (without scale and shift) after the last layer, as SimCLR and SimSiam have it.
    """

    def __init__(self, *dims: int, norm_last: bool = False) -> None:
        layers: list[nn.Module] = []
        for a, b in pairwise(dims[:-1]):
            layers += [nn.Linear(a, b, bias=False), RowNorm(b), nn.ReLU(inplace=True)]
        layers.append(nn.Linear(dims[-2], dims[-1], bias=not norm_last))
        if norm_last:
            layers.append(RowNorm(dims[-1], affine=False))
        super().__init__(*layers)

    def forward(self, input: Tensor) -> Tensor:
        """`(N, D)` -> `(N, E)`, through the batch's own statistics in training."""
        return super().forward(input)


class RowMLP(nn.Sequential):
    """Linear, GELU, ...: a head that reads nothing but its row, as DINO has it.

    Maps `(..., D)` to `(..., dims[-1])`. It may live in `represent`, so that its narrow output is carried.

    Args:
        dims: widths from input to output, at least two.
    """

    def __init__(self, *dims: int) -> None:
        layers: list[nn.Module] = []
        for a, b in pairwise(dims[:-1]):
            layers += [nn.Linear(a, b), nn.GELU()]
        super().__init__(*layers, nn.Linear(dims[-2], dims[-1]))
