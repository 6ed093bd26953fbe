"""Colour jitter as one affine map of each picture's colours, drawn by key."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from coview.views.draw import Draw

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""

_TO_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


@dataclass
class ColorShift:
    """How the colours of each of N looks are changed, in this order.

    Args:
        brightness: `(N,)` factor on every value.
        contrast: `(N,)` factor on the distance from the picture's mean brightness.
        saturation: `(N,)` factor on the distance from grey; 0 is a grey picture.
        hue: `(N,)` turn of the colour circle from red towards green, in turns from -0.5 to 0.5.
    """

    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue: Tensor

    def flat(self) -> ColorShift:
        """Of looks `(B, V)`, as `(B * V,)`."""
        return ColorShift(
            self.brightness.flatten(), self.contrast.flatten(), self.saturation.flatten(), self.hue.flatten()
        )

    def stacked(self) -> Tensor:
        """One tensor `(..., 4)`, as views carry it."""
        return torch.stack([self.brightness, self.contrast, self.saturation, self.hue], -1)


def draw_color(
    draw: Draw, views: int, *, strength: float = 0.5, probability: float = 0.8, grey: float = 0.2
) -> ColorShift:
    """SimCLR's colour jitter for `(B, views)` looks: factors within 1 -+ 0.8 s, hue within -+ 0.2 s turns.

    Source: Chen et al. 2020, appendix A; s = 0.5 is their choice for small pictures.

    Args:
        draw: keyed draws of B samples.
        views: V.
        strength: s, from 0 to 1.
        probability: of any jitter.
        grey: probability of a grey picture.
    """
    brightness, contrast, saturation, hue, jittered, greyed = draw("color", views, 6).unbind(-1)
    spread = torch.where(jittered < probability, strength, 0.0)

    def factor(unit: Tensor) -> Tensor:
        return 1 + (unit * 2 - 1) * 0.8 * spread

    saturation = torch.where(greyed < grey, 0.0, factor(saturation))
    return ColorShift(factor(brightness), factor(contrast), saturation, (hue * 2 - 1) * 0.2 * spread)


def shift_color(pixels: Tensor, shift: ColorShift) -> Tensor:
    """Changes colours in one pass and clamps once, at the end, to [0, 1].

    Red, green and blue go through one 3 x 4 matrix a picture: brightness b and contrast c scale, saturation s scales
    and hue h turns the chroma plane of YIQ, which is linear: `x -> b c (P + s R(h) (I - P)) x + (1 - c) b m`, P the
    projection onto grey and m the mean brightness. Pictures of another number of channels have no hue: their
    brightness and contrast change, each channel around its own mean.

    Args:
        pixels: `(N, C, H, W)` float in [0, 1], or clips `(N, T, C, H, W)`, all of whose frames change alike, around
            their common mean.
        shift: of N looks.

    Returns:
        The same shape, in [0, 1].
    """
    mean = pixels.mean(-1).mean(-1)  # an axis at a time, so that no split among threads depends on N
    mean = mean.mean(1) if pixels.ndim == 5 else mean  # (N, C)
    scale = (shift.brightness * shift.contrast)[:, None]
    lift = ((1 - shift.contrast) * shift.brightness)[:, None]
    if pixels.shape[-3] != 3:
        by_picture = [-1] + [1] * (pixels.ndim - 4)
        offset, scale = ((x.view(*by_picture, x.shape[1], 1, 1)) for x in (lift * mean, scale))
        return torch.addcmul(offset, pixels, scale).clamp_(0, 1)
    grey, chroma, turned = (m.to(pixels.dtype) for m in _planes(pixels.device))
    turn = 2 * math.pi * shift.hue[:, None]
    matrix = (
        grey + (shift.saturation[:, None] * turn.cos()) * chroma + (shift.saturation[:, None] * turn.sin()) * turned
    )
    luma = sum(w * mean[:, i] for i, w in enumerate(LUMA))
    offset = (lift * luma[:, None]).expand(-1, 3)[..., None]  # type: ignore[index]
    matrix = (scale * matrix).view(-1, 3, 3)
    if pixels.ndim == 5:
        matrix, offset = (x.repeat_interleave(pixels.shape[1], 0) for x in (matrix, offset))
    flat = pixels.flatten(0, -4).flatten(2)
    with torch.autocast(pixels.device.type, enabled=False):
        return torch.baddbmm(offset, matrix, flat).clamp_(0, 1).view_as(pixels)


@cache
def _planes(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Flattened 3 x 3 maps in RGB: onto grey, onto chroma, onto chroma turned by a quarter; kept on the device."""
    to_yiq = torch.tensor(_TO_YIQ, dtype=torch.float64)
    back = torch.linalg.inv(to_yiq)
    quarter = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=torch.float64)
    grey = torch.tensor(LUMA, dtype=torch.float64).expand(3, 3)
    return tuple(m.float().flatten().to(device) for m in (grey, torch.eye(3).double() - grey, back @ quarter @ to_yiq))  # type: ignore[return-value]
