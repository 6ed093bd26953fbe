"""Projectors and predictors: what training needs and `embed` does not call."""

from __future__ import annotations

from torch import Tensor, nn


class MLP(nn.Sequential):
    """Linear, BatchNorm, ReLU, ...: the head of SimCLR, BYOL, Barlow Twins, VICReg and their kin.

    Maps `(N, D)` to `(N, dims[-1])`. Used in `relate`, its BatchNorm sees the whole batch.

    Args:
        dims: widths from input to output, at least two.
        norm_last: BatchNorm (without scale and shift) after the last layer, as SimCLR and SimSiam have it.
    """

    def __init__(self, *dims: int, norm_last: bool = False) -> None:
        layers: list[nn.Module] = []
        for a, b in zip(dims[:-2], dims[1:-1], strict=True):
            layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU(inplace=True)]
        layers.append(nn.Linear(dims[-2], dims[-1], bias=not norm_last))
        if norm_last:
            layers.append(nn.BatchNorm1d(dims[-1], affine=False))
        super().__init__(*layers)

    def forward(self, input: Tensor) -> Tensor:
        """`(N, D)` -> `(N, E)`, through the batch's own statistics in training."""
        return super().forward(input)
