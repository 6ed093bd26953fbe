"""Fixed sine-cosine positions on a grid of any number of axes."""

from __future__ import annotations

import torch
from torch import Tensor


def sincos(grid: tuple[int, ...], dim: int, *, device: torch.device | str | None = None) -> Tensor:
    """Positions of a grid's cells, `(prod(grid), dim)` float32: dim / len(grid) numbers for each axis.

    Source: Vaswani et al., "Attention Is All You Need", 2017 (section 3.5), an axis at a time as in MAE.
    """
    axes = len(grid)
    per_axis = dim // axes // 2 * 2
    steps = torch.arange(per_axis // 2, device=device, dtype=torch.float32)
    frequency = 10_000.0 ** (-2 * steps / per_axis)
    cells = torch.cartesian_prod(*(torch.arange(n, device=device, dtype=torch.float32) for n in grid))
    angle = cells.reshape(-1, axes)[..., None] * frequency
    table = torch.cat([angle.sin(), angle.cos()], -1).flatten(1)
    return torch.nn.functional.pad(table, (0, dim - table.shape[1]))
