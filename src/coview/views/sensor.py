"""What happens to sensors: noise, gain, a channel that is off, a piece that is not there, another way of wearing it.

Source: Um et al., "Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional
neural networks", ICMI 2017, https://arxiv.org/abs/1706.00527 (jittering, scaling, rotation, permutation, cropping).
Everything is drawn by key; values are `(B, V, S, C)`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.draw import Draw


def draw_dropped(draw: Draw, seen: Tensor, probability: float) -> Tensor:
    """Channels that are off, `(B, V, C)` bool; one that has something to say is always left on.

    Args:
        draw: keyed draws.
        seen: `(B, V, C)` bool, channels that have a value at all.
        probability: of each channel.
    """
    _, views, channels = seen.shape
    unit = draw("channel dropout", views, channels)
    spared = unit.masked_fill(~seen, -1).argmax(-1, keepdim=True)
    return (unit < probability).scatter(-1, spared, False)


def draw_gain(draw: Draw, views: int, channels: int, deviation: float) -> Tensor:
    """A factor for each channel, `(B, V, C)`, normal about 1."""
    return 1 + deviation * draw.normal("gain", views, channels)


def draw_order(draw: Draw, length: Tensor, extent: int, segments: int) -> Tensor:
    """Where each time is taken from after a shuffle of pieces: `(B, V, S)` int64; what is after the end stays there.

    Pieces are cut at places drawn alike over the series and put in random order, as in Um et al.

    Args:
        draw: keyed draws.
        length: `(B, V)` int64 valid times.
        extent: S.
        segments: how many pieces.
    """
    views = length.shape[1]
    cuts = (draw("cuts", views, segments - 1) * length[..., None]).floor().sort(-1).values
    at = torch.arange(extent, device=length.device).expand(*length.shape, extent)
    piece = torch.searchsorted(cuts.contiguous(), at.to(cuts.dtype).contiguous(), right=True)
    rank = draw.permutation("pieces", segments, views).gather(2, piece)
    rank = rank.masked_fill(at >= length[..., None], segments)
    return (rank * extent + at).argsort(-1)


def draw_turns(draw: Draw, views: int, triples: int, degrees: float) -> Tensor:
    """Rotations about random axes by up to so many degrees: matrices `(B, V, triples, 3, 3)`.

    Axes are uniform on the sphere. Rodrigues' formula: R = I + sin(a) K + (1 - cos(a)) K^2, K v = axis x v.
    """
    axis = F.normalize(draw.normal("axis", views, triples, 3), dim=-1)
    angle = draw.uniform("angle", 0, math.radians(degrees), views, triples)[..., None, None]
    x, y, z = axis.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    eye = torch.eye(3, device=axis.device, dtype=axis.dtype)
    return eye + angle.sin() * cross + (1 - angle.cos()) * (cross @ cross)


def turn(value: Tensor, turns: Tensor) -> Tensor:
    """Channels, three by three, turned: `(B, V, S, C)`; those left over stay. A missing axis makes all three missing.

    Args:
        value: in one unit for the axes of a triple, NaN where missing.
        turns: `(B, V, C // 3, 3, 3)`.
    """
    triples = turns.shape[2]
    vectors = value[..., : 3 * triples].unflatten(-1, (triples, 3))
    turned = torch.einsum("bvkij,bvskj->bvski", turns.to(value.dtype), vectors).flatten(3)
    return torch.cat([turned, value[..., 3 * triples :]], -1)
