"""Crop, mirror and turn of volumes as one affine warp, and changes of their grey values; drawn by key.

Source: Zhou et al., "Models Genesis", Medical Image Analysis 2021, https://arxiv.org/abs/2004.07882; Isensee et al.,
"nnU-Net", Nature Methods 2021 (supplementary: rotation, scaling, noise, brightness, contrast, gamma, mirroring).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.draw import Draw
from coview.views.sensor import draw_turns

_TABLE = 1 << 16


@dataclass
class Placing3d:
    """Where each look is taken from.

    Args:
        box: `(..., 4)`: first corner along the three axes and the side, as shares of the cube's side.
        flip: `(..., 3)` bool, mirrored along the axis.
        turn: `(..., 3, 3)`, rotation about the middle of the box.
    """

    box: Tensor
    flip: Tensor
    turn: Tensor

    def flat(self) -> Placing3d:
        """Of looks `(B, V)`, as `(B * V,)`."""
        return Placing3d(self.box.flatten(0, 1), self.flip.flatten(0, 1), self.turn.flatten(0, 1))


def draw_cubes(draw: Draw, views: int, *, scale: tuple[float, float], flip: Sequence[int], degrees: float) -> Placing3d:
    """Cubes within the cube, mirrored and turned, for `(B, views)` looks.

    Args:
        draw: keyed draws of B samples.
        views: V.
        scale: least and greatest share of the volume.
        flip: axes that may be mirrored, each half of the time.
        degrees: greatest angle, about an axis drawn alike from all directions.
    """
    drawn = draw("cube", views, 7)
    share = drawn[..., 3:4] * (scale[1] - scale[0]) + scale[0]
    side = (share.double() ** (1 / 3)).float()  # in float64 a root does not depend on how many are taken at once
    box = torch.cat([drawn[..., :3] * (1 - side), side], -1)
    may = torch.zeros(3, dtype=torch.bool, device=box.device)
    may[list(flip)] = True
    turn = draw_turns(draw, views, 1, degrees)[:, :, 0]
    return Placing3d(box, (drawn[..., 4:] < 0.5) & may, turn)


def warp_cubes(values: Tensor, placing: Placing3d, size: int) -> Tensor:
    """The placed looks: trilinear, in one pass; beyond the volume its border goes on.

    Missing voxels (NaN) stay missing: each value is the mean of what is there, NaN where there is less than half.

    Args:
        values: `(N, C, D, H, W)` float, D = H = W.
        placing: of N looks.
        size: voxels a side of the result.

    Returns:
        `(N, C, size, size, size)`.
    """
    if not bool(values.amin().isnan()):
        return _sampled(values, placing, size)
    both = torch.cat([values.nan_to_num(0), (~values.isnan()).to(values.dtype)], 1)
    total, share = _sampled(both, placing, size).chunk(2, 1)
    mean = torch.where(share > 1 - 1e-4, total, total / share.clamp_min(0.5))
    return mean.masked_fill(share < 0.5, torch.nan)


def cut_cubes(values: Tensor, placing: Placing3d, size: int) -> Tensor:
    """Parts of volumes.

    Args:
        values: `(B, C, D, H, W)` float, D = H = W, NaN where missing.
        placing: of n parts of each, `(B, n)`.
        size: voxels a side of the result.

    Returns:
        `(B, n, C, size, size, size)`.
    """
    n = placing.box.shape[1]
    return warp_cubes(values.repeat_interleave(n, 0), placing.flat(), size).unflatten(0, (-1, n))


def draw_quarter_turns(draw: Draw, box: Tensor, chance: float) -> Placing3d:
    """Boxes `(B, n, 4)`, each mirrored along each axis with a chance, and with the same turned by 90, 180 or 270
    degrees about the third.
    """
    n = box.shape[1]
    drawn = draw("mirrored", n, 3) < chance
    turned = draw("turned", n) < chance
    angle = (draw.integers("quarters", 3, n) + 1) * turned * (math.pi / 2)
    turn = torch.zeros(*angle.shape, 3, 3, device=box.device)
    turn[..., 0, 0] = turn[..., 1, 1] = angle.cos().round()
    turn[..., 1, 0], turn[..., 0, 1], turn[..., 2, 2] = angle.sin().round(), -angle.sin().round(), 1.0
    return Placing3d(box, drawn, turn)


def layer_cubes(count: int, depth: Tensor) -> Tensor:
    """The boxes `(B, count ** 2, 4)` that cut a layer of cubes into equal ones, first corner and side as shares.

    Args:
        count: cubes along the first two axes.
        depth: `(B,)`, where along the third the layer begins.
    """
    line = torch.arange(count, device=depth.device) / count
    corners = torch.cartesian_prod(line, line).expand(len(depth), -1, -1)
    third = depth[:, None, None].expand(*corners.shape[:2], 1)
    return torch.cat([corners, third, torch.full_like(third, 1 / count)], 2)


def shared_volume(a: Tensor, b: Tensor) -> Tensor:
    """The share of each box of `a (B, n, 4)` that lies in each of `b (B, K, 4)`: `(B, n, K)`, from 0 to 1."""
    (low_a, side_a), (low_b, side_b) = ((x[..., :3], x[..., 3:]) for x in (a[:, :, None], b[:, None]))
    inside = torch.minimum(low_a + side_a, low_b + side_b) - torch.maximum(low_a, low_b)
    return (inside.clamp_min(0) / side_a).prod(-1)


def _sampled(values: Tensor, placing: Placing3d, size: int) -> Tensor:
    """Trilinear samples as two bilinear ones, of the slice before and the slice after, and what lies between.

    Slices stand one below the other in one tall picture, the next slice's in further channels: on a CPU `grid_sample`
    is vectorised for pictures alone, and five times faster by it.
    """
    n, channels, slices, rows, _ = values.shape
    grid, between = _grid(placing, size, values)
    following = torch.cat([values[:, :, 1:], values[:, :, -1:]], 2)
    tall = torch.cat([values, following], 1).view(n, 2 * channels, slices * rows, -1)
    seen = F.grid_sample(tall, grid, mode="bilinear", padding_mode="border", align_corners=False)
    before, after = seen.view(n, 2, channels, size, size, size).unbind(1)
    return torch.lerp(before, after, between[:, None])


def _grid(placing: Placing3d, size: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Where each voxel of a look lies in the tall picture, and how far it is from its slice to the next one.

    Returns:
        `(N, size * size, size, 2)`, last axis first as `grid_sample` has it, and `(N, size, size, size)` from 0 to 1.
    """
    n, slices, rows = len(like), *like.shape[2:4]
    sign = torch.where(placing.flip, -1.0, 1.0).to(like.dtype)
    side = placing.box[:, 3:].to(like.dtype)
    middle = 2 * placing.box[:, :3].to(like.dtype) + side - 1
    matrix = placing.turn.to(like.dtype) * (sign * side)[:, None, :]
    line = (torch.arange(size, device=like.device, dtype=like.dtype) * 2 + 1) / size - 1
    grid, depth = like.new_empty(2, n, size, size, size).transpose(0, 1), like.new_empty(n, size, size, size)
    # From -1 .. 1 along each axis to slices counted from the middle of the first, a slice's part of the tall picture,
    # and what the last axis has already.
    for axis, (scale, shift, out) in enumerate(
        ((slices / 2, slices / 2 - 0.5, depth), (1 / slices, 1 / slices - 1, grid[:, 1]), (1, 0, grid[:, 0]))
    ):  # a part of each index, added: alike in any chunk
        first, second, third = (scale * matrix[:, axis, i, None] * line for i in range(3))
        second = second + (scale * middle[:, axis, None] + shift)
        plane = first[:, :, None] + second[:, None, :]
        torch.add(plane[..., None], third[:, None, None, :], out=out)
    slice_before = depth.clamp_(0, slices - 1).floor()
    edge = 1 / (slices * rows)  # half a row: where the first row's middle is, and the last one's before the slice ends
    grid[:, 1].clamp_(edge - 1, 2 / slices - edge - 1).add_(slice_before, alpha=2 / slices)
    return grid.reshape(n, 2, size * size, size).permute(0, 2, 3, 1), depth.sub_(slice_before)


def bend(values: Tensor, draw: Draw, gamma: float) -> tuple[Tensor, Tensor]:
    """Grey values between a look's least and greatest raised to a power, both staying where they are.

    Args:
        values: `(B, V, ...)`, NaN where missing.
        draw: keyed draws.
        gamma: greatest exponent; its logarithm is uniform, as often below 1 as above.

    Returns:
        The values, and the exponents `(B, V)`.
    """
    exponent = (draw.uniform("gamma", -1, 1, values.shape[1]).double() * math.log(gamma)).exp().float()
    if gamma == 1:
        return values, exponent
    flat = values.flatten(2)
    low, high = flat.amin(-1, keepdim=True), flat.amax(-1, keepdim=True)
    if bool(low.isnan().any()):
        low = flat.nan_to_num(torch.inf).amin(-1, keepdim=True).clamp_max(3e38)
        high = flat.nan_to_num(-torch.inf).amax(-1, keepdim=True)
    span = (high - low).clamp_min(1e-6)
    bent = (flat - low).div_(span).clamp_(0, 1).pow_(exponent[..., None]).mul_(span).add_(low)
    return bent.view_as(values), exponent


def speckle(values: Tensor, draw: Draw, deviation: float) -> tuple[Tensor, Tensor]:
    """Normal noise of a deviation drawn up to a greatest one.

    The numbers are a fixed table's from a drawn place on: voxel by voxel, hashing would take longer than the warp.

    Returns:
        The values, and the deviations `(B, V)`.
    """
    drawn = draw("noise", values.shape[1], 2)
    level = drawn[..., 0] * deviation
    if not deviation:
        return values, level
    count = values[0, 0].numel()
    runs = _table(count, values.device).unfold(0, count, 1)
    noise = runs[(drawn[..., 1] * _TABLE).long()].view_as(values)
    return torch.addcmul(values, noise, level.view(*level.shape, *[1] * (values.ndim - 2))), level


@cache
def _table(count: int, device: torch.device) -> Tensor:
    numbers = torch.randn(_TABLE + count, generator=torch.Generator().manual_seed(0))
    return numbers.to(device)
