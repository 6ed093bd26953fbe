"""Blocks of tokens: I-JEPA's targets and context, on a grid of any number of axes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.views.draw import Draw


def step_share(draw: Draw, name: str, scale: tuple[float, float]) -> float:
    """A share drawn once a step, alike for every sample: all blocks of the step have one size."""
    return scale[0] + float(draw.step(name)) * (scale[1] - scale[0])


def blocks(
    draw: Draw,
    name: str,
    grid: tuple[int, ...],
    views: int,
    n: int,
    *,
    share: float,
    aspect: float = 1.0,
    length: Tensor | None = None,
) -> Tensor:
    """Blocks of tokens in each look, n of one size, at places drawn by key.

    Along one axis a block is a span of `share` of the look's valid tokens. On more axes it covers `share` of the grid:
    every side is `share ** (1 / axes)` of its axis, the last two stretched and squeezed by the root of `aspect`.

    Args:
        draw: keyed draws.
        name: of these blocks.
        grid: the tokens' arrangement.
        views: V.
        n: blocks a look.
        share: of the tokens, from 0 to 1.
        aspect: height over width, relative to the grid's.
        length: `(B, V)` int64 valid tokens, where looks differ; on more than one axis blocks may reach beyond it.

    Returns:
        `(B, V, n, T)` bool. Every block holds at least one place of the grid.
    """
    b, axes = len(draw.key), len(grid)
    inside = torch.ones(b, views, n, 1, dtype=torch.bool, device=draw.key.device)
    for axis, cells in enumerate(grid):
        stretch = math.sqrt(aspect) ** (1 if axis == axes - 2 else -1 if axis == axes - 1 and axes > 1 else 0)
        extent = torch.full((b, views), cells, device=draw.key.device)
        if axes == 1 and length is not None:
            extent = length.clamp_min(1)
        side = (share ** (1 / axes) * stretch * extent).round().long().clamp_min(1).minimum(extent)
        room = (extent - side + 1)[..., None]
        start = (draw(f"{name} axis {axis}", views, n) * room).long().minimum(room - 1)[..., None]
        at = torch.arange(cells, device=draw.key.device)
        along = (at >= start) & (at < start + side[..., None, None])
        inside = (inside[..., None] & along[..., None, :]).flatten(3)
    return inside
