"""Discrepancy: how far edited graphs are from the original, told by how much was edited."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike
from coview.losses.precision import at_least_float32


@at_least_float32
def edit_discrepancy(distances: Tensor, edits: Tensor) -> Tensor:
    """Distances are to be proportional to edits: the mean over pairs i < j of `(d_i / e_i - d_j / e_j)^2`.

    Paper: Graph Self-supervised Learning with Accurate Discrepancy Learning. Kim, Baek, Hwang. NeurIPS 2022.
    https://arxiv.org/abs/2202.02989 (its edit-distance loss; the mean as in the authors' code).

    Args:
        distances: `(B, P)` from the original to each of P >= 2 edited ones.
        edits: `(B, P)` above 0.

    Returns:
        `(B,)`.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(distances=distances, edits=edits)
    each = distances / edits
    i, j = torch.triu_indices(each.shape[1], each.shape[1], 1, device=each.device)
    return (each[:, i] - each[:, j]).square().mean(1)


@at_least_float32
def discrepancy_margin_rows(original: Tensor, own: Tensor, near: Tensor, every: Tensor, margin: float) -> Tensor:
    """Other originals are farther than edited ones, by a margin: the mean of `max(0, margin + near - far)`.

    For row by row work in tiles: `by_rows` cuts the first three arguments. Source: the paper of `edit_discrepancy`,
    its loss with negative graphs.

    Args:
        original: `(n, D)`.
        own: `(n,)` int64, which of `every` each is.
        near: `(n, P)` distances to its edited ones.
        every: `(M, D)` all originals.
        margin: in units of distance.

    Returns:
        `(n,)`, 0 where there is no other.
    """
    far = (original[:, None] - every).norm(dim=2)
    others = torch.ones_like(far, dtype=torch.bool).scatter(1, own[:, None], False)
    short = (margin + near[:, :, None] - far[:, None]).clamp_min(0).mean(1)
    return short.masked_fill(~others, 0).sum(1) / max(far.shape[1] - 1, 1)
