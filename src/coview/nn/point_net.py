"""Networks that read sets: each point by itself, then what is largest in any of them."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from coview.modalities.points import Points


class PointNet(nn.Module):
    """Every point through one MLP, the maximum over points, and a layer: the order of points says nothing.

    Paper: PointNet: Deep Learning on Point Sets for 3D Classification and Segmentation. Qi, Su, Mo, Guibas. CVPR 2017.
    https://arxiv.org/abs/1612.00593 (figure 2, without the two networks that turn the input), narrower.

    Args:
        modality: a modality of points.
        dim: D.
        widths: of the layers that each point goes through, before the last one of D.
    """

    def __init__(self, modality: Points, *, dim: int = 256, widths: tuple[int, ...] = (32, 64)) -> None:
        super().__init__()
        self.dim = dim
        sides = [3, *widths, dim]
        self.layers = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in pairwise(sides))
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in sides[1:])
        self.out = nn.Linear(dim, dim)

    def forward(self, value: Tensor) -> Tensor:
        """`(N, P, 3)` -> `(N, D)`."""
        x = value.flatten(0, 1)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = F.relu(norm(layer(x)))
        return self.out(x.unflatten(0, value.shape[:2]).amax(1))


class PatchEmbedding(nn.Module):
    """A patch of points as a vector, whatever their order: a small PointNet that sees the whole patch twice.

    Paper: Masked Autoencoders for Point Cloud Self-supervised Learning (Point-MAE). Pang et al. ECCV 2022.
    https://arxiv.org/abs/2203.06604 (section 3.1, after Point-BERT), with LayerNorm for BatchNorm, so that a patch is
    read alike whatever stands beside it.

    Args:
        scale: about one over the radius of a patch.
        dim: D.
    """

    def __init__(self, scale: float, dim: int) -> None:
        super().__init__()
        self.scale = scale
        width = max(dim // 2, 16)
        self.first = nn.Linear(3, width)
        self.norm = nn.LayerNorm(width)
        self.second = nn.Linear(width, width)
        self.each, self.whole = nn.Linear(width, dim, bias=False), nn.Linear(width, dim)
        self.last = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """`(..., K * 3)` offsets from a centre -> `(..., D)`."""
        points = tokens.unflatten(-1, (-1, 3)) * self.scale
        x = self.second(F.gelu(self.norm(self.first(points))))
        x = self.each(x) + self.whole(x.amax(-2))[..., None, :]
        return self.last(F.gelu(x).amax(-2))


def place_codes(points: Tensor, dim: int) -> Tensor:
    """Sines and cosines of coordinates, at periods from 8 down to 1/4: `(..., 3)` -> `(..., dim)`.

    As fixed positions on a grid (Vaswani et al. 2017), for places between which there is no grid.
    """
    each = max(1, dim // 6)
    period = torch.logspace(3, -2, each, base=2, device=points.device, dtype=points.dtype)
    angle = (points[..., None] * (2 * math.pi / period)).flatten(-2)
    codes = torch.cat([angle.sin(), angle.cos()], -1)[..., :dim]
    return F.pad(codes, (0, dim - codes.shape[-1]))
