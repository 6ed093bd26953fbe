"""Attention weakened by distance, in place of positions that are added."""

from __future__ import annotations

import torch
from torch import Tensor


def distance_bias(a: Tensor, b: Tensor, heads: int) -> Tensor:
    """ALiBi in space: minus the distance of two tokens, steeper in some heads than in others.

    Paper: CROMA. https://arxiv.org/abs/2311.00566 (2D-ALiBi, X-ALiBi), after ALiBi (Press et al., ICLR 2022,
    https://arxiv.org/abs/2108.12409): head h of H has the slope 2 ** (-8 h / H).

    Args:
        a: `(N, Q, axes)`, where tokens stand.
        b: `(N, K, axes)`.
        heads: H.

    Returns:
        `(N, H, Q, K)`, 0 where two stand in one place.
    """
    slope = 2.0 ** (-8 * torch.arange(1, heads + 1, device=a.device, dtype=a.dtype) / heads)
    return -slope[:, None, None] * torch.cdist(a, b)[:, None]


def cell_centres(grid: tuple[int, ...], extent: tuple[int, ...], device: torch.device | None = None) -> Tensor:
    """Where the cells of a grid stand on one of `extent` cells that covers the same: `(prod(grid), axes)` float32."""
    lines = [(torch.arange(n, device=device) + 0.5) * (cells / n) for n, cells in zip(grid, extent, strict=True)]
    return torch.cartesian_prod(*lines).view(-1, len(grid))
