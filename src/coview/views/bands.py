"""Looks at rasters whose bands and pixels may be missing (NaN)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.warp import Placing, draw_placing, warp


def draw_turns(draw: Draw, views: int, scale: tuple[float, float]) -> Placing:
    """Crops of a share of the area drawn from `scale`, mirrored, and turned by quarters: the eight ways of a square."""
    placing = draw_placing(draw, views, scale=scale)
    quarters = draw.integers("quarter turns", 4, views)
    return Placing(placing.box, placing.flip, quarters * (math.pi / 2))


def warp_bands(pixels: Tensor, placing: Placing, size: tuple[int, int]) -> Tensor:
    """`warp` of what is there: a pixel is the mean of those under it, and missing where most of them are.

    Args:
        pixels: `(N, C, H, W)`, NaN where there is no data.
        placing: of N looks.
        size: height and width of the result.
    """
    there = pixels.isfinite()
    total, weight = warp(torch.cat([pixels.nan_to_num(0), there.to(pixels.dtype)], 1), placing, size).chunk(2, 1)
    mean = torch.where(weight > 1 - 1e-5, total, total / weight.clamp_min(0.5))
    return mean.masked_fill(weight < 0.5, torch.nan)


def jitter(pixels: Tensor, strength: float, draw: Draw) -> tuple[Tensor, Tensor]:
    """Contrast and brightness changed for all bands alike, as light and air do: `f x + s`.

    Args:
        pixels: `(B, V, C, H, W)`, standardised.
        strength: f lies within 1 -+ strength, s within -+ strength standard deviations.
        draw: keyed draws of B samples.

    Returns:
        The pixels, and f and s, `(B, V, 2)`.
    """
    drawn = draw.uniform("light", -strength, strength, pixels.shape[1], 2)
    light = torch.stack([drawn[..., 0] + 1, drawn[..., 1]], -1)
    factor, shift = (x[..., None, None, None] for x in light.to(pixels.dtype).unbind(-1))
    return torch.addcmul(shift, pixels, factor), light


def drop_bands(pixels: Tensor, share: float, draw: Draw) -> tuple[Tensor, Tensor]:
    """Each band missing with probability `share`, but never all of those that are there.

    Args:
        pixels: `(B, V, C, H, W)`, NaN where there is no data.
        share: from 0 to 1.
        draw: keyed draws of B samples.

    Returns:
        The pixels, and which bands were dropped, `(B, V, C)` bool.
    """
    there = pixels.isfinite().flatten(3).any(-1)
    order = draw("dropped bands", *pixels.shape[1:3]).masked_fill(~there, -1)
    dropped = (order < share) & (order < order.amax(-1, keepdim=True)) & there
    return pixels.masked_fill(dropped[..., None, None], torch.nan), dropped
