"""Crop, flip and rotation of pictures as one affine warp, each picture with its own parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.draw import Draw

RATIO = (3 / 4, 4 / 3)
"""Least and greatest width over height of a crop, both as shares: Inception's (Szegedy et al. 2015), torchvision's."""


@dataclass
class Placing:
    """Where each of N looks is taken from.

    Args:
        box: `(N, 4)` left, top, width, height as shares of the picture's width and height.
        flip: `(N,)` bool, mirrored left to right.
        angle: `(N,)` radians, how far the look is turned about the box's centre, clockwise as seen.
    """

    box: Tensor
    flip: Tensor
    angle: Tensor

    def flat(self) -> Placing:
        """Of looks `(B, V)`, as `(B * V,)`."""
        return Placing(self.box.flatten(0, 1), self.flip.flatten(), self.angle.flatten())


def draw_placing(
    draw: Draw,
    views: int,
    *,
    scale: tuple[float, float],
    flip: float = 0.5,
    degrees: float = 0.0,
) -> Placing:
    """Random-resized crops, flips and small rotations for `(B, views)` looks.

    The area is uniform in `scale`; the logarithm of the aspect ratio is uniform in the part of `RATIO` in which a box
    of that area fits (torchvision draws again until one does, and gives up after ten times).

    Args:
        draw: keyed draws of B samples.
        views: V.
        scale: least and greatest share of the picture's area.
        flip: probability of a mirrored look.
        degrees: greatest rotation either way.

    Returns:
        Fields of shape `(B, V, ...)`.
    """
    area, shape, left, top, mirrored, turn = draw("placing", views, 6).unbind(-1)
    area = area * (scale[1] - scale[0]) + scale[0]
    fits = area.log()
    low, high = fits.clamp_min(math.log(RATIO[0])), (-fits).clamp_max(math.log(RATIO[1]))
    root = ((low + (high - low) * shape) / 2).exp()
    width, height = (area.sqrt() * root).clamp_max(1), (area.sqrt() / root).clamp_max(1)
    box = torch.stack([left * (1 - width), top * (1 - height), width, height], -1)
    return Placing(box, mirrored < flip, (turn * 2 - 1) * math.radians(degrees))


def warp(pixels: Tensor, placing: Placing, size: tuple[int, int]) -> Tensor:
    """The placed looks at pictures: bilinear, in one pass; beyond the picture its border goes on.

    Source: spatial transformers (Jaderberg et al. 2015), with the picture turned about the box's centre and then cut.

    Args:
        pixels: `(N, C, H, W)` float.
        placing: of N looks.
        size: height and width of the result.

    Returns:
        `(N, C, *size)`.
    """
    n, _, height, width = pixels.shape
    left, top, wide, high = (x[:, None] for x in placing.box.to(pixels.dtype).unbind(-1))
    angle = placing.angle.to(pixels.dtype)[:, None]
    aspect = height / width
    cos, sin = angle.cos(), angle.sin()
    u, v = _centres(size[1], pixels), _centres(size[0], pixels)
    u = torch.where(placing.flip[:, None], -u, u) * wide
    v = v * high
    # x(i, j) is a part of the column j plus a part of the row i: one addition a cell, no matrix product
    x_column, x_row = cos * u + (2 * left + wide - 1), -sin * aspect * v
    y_column, y_row = sin / aspect * u, cos * v + (2 * top + high - 1)
    grid = pixels.new_empty(n, *size, 2)
    torch.add(x_column[:, None, :], x_row[:, :, None], out=grid[..., 0])
    torch.add(y_column[:, None, :], y_row[:, :, None], out=grid[..., 1])
    return F.grid_sample(pixels, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _centres(count: int, like: Tensor) -> Tensor:
    """Centres of `count` cells between -1 and 1, `(1, count)`."""
    return ((torch.arange(count, device=like.device, dtype=like.dtype) * 2 + 1) / count - 1)[None]
