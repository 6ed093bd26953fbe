"""Small parts that several equations share."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.errors import UserError


def unit_rows(x: Tensor) -> Tensor:
    """Vectors `(..., D)` brought to length 1; a zero vector stays zero."""
    return F.normalize(x, dim=-1)


def mean_rows(losses: Tensor) -> Tensor:
    """The mean of `(N,)`, a scalar; 0 where there is no row, with the graph kept."""
    return losses.sum() / max(len(losses), 1)


def masked_mean(losses: Tensor, masked: Tensor) -> Tensor:
    """The mean of `(B, ...)` over a sample's masked entries: `(B,)`, 0 where nothing is masked.

    Entries that are not masked get no gradient and may hold anything.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(losses=losses, masked=masked)
    total = losses.masked_fill(~masked, 0).flatten(1).sum(1)
    return total / masked.flatten(1).sum(1).clamp(min=1)


def off_diagonal(matrix: Tensor) -> Tensor:
    """The entries of `(D, D)` off the diagonal, as `(D - 1, D)`, without a copy."""
    d = len(matrix)
    return matrix.flatten()[1:].view(d - 1, d + 1)[:, :-1]


def from_diagonal(matrix: Tensor, wanted: float, redundancy_weight: float) -> Tensor:
    """How far `(D, D)` is from `wanted` times the identity: `sum_d (wanted - C_dd)^2 + w sum_{d != e} C_de^2`."""
    return (wanted - matrix.diagonal()).square().sum() + redundancy_weight * off_diagonal(matrix).square().sum()


def row_index(x: Tensor) -> Tensor:
    """`0 .. N-1` for `x` of shape `(N, ...)`."""
    return torch.arange(len(x), device=x.device)


def check_alike(**tensors: Tensor) -> None:
    """Raises ValueError unless all tensors have one shape."""
    shapes = {name: tuple(t.shape) for name, t in tensors.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"these must have the same shape: {shapes}; select the rows that both have before the loss")


def check_temperature(temperature: float | Tensor) -> None:
    """Raises UserError for a number that is not positive; a tensor is not read (that would wait for the device)."""
    if not isinstance(temperature, Tensor) and not temperature > 0:
        raise UserError(f"a temperature of {temperature} was given; it must be above 0, usually 0.04 to 1")


def mean_finite(losses: Tensor, target: Tensor) -> Tensor:
    """The mean of `(..., P)` where the target is finite: `(...)`, 0 where it nowhere is."""
    there = target.isfinite()
    return losses.masked_fill(~there, 0).sum(-1) / there.sum(-1).clamp_min(1)


def has_partner(group: Tensor) -> Tensor:
    """Whether another sample is of the same group: `(N,)` int64 -> `(N,)` bool."""
    _, which, counts = group.unique(return_inverse=True, return_counts=True)
    return counts[which] > 1


def standardise(z: Tensor, epsilon: float = 1e-5) -> Tensor:
    """Each dimension of `(N, D)` brought to mean 0 and variance 1 over rows.

    Biased variance plus `epsilon`, as the batch normalisation in the authors' code of Barlow Twins.
    """
    if len(z) < 2:
        return z * 0
    return (z - z.mean(0)) / (z.var(0, correction=0) + epsilon).sqrt()
