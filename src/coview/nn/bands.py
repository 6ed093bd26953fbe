"""Networks that read any bands in any order: their weights are made from wavelengths."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.conv import Conv, Norm

if TYPE_CHECKING:
    from coview.modalities.spectral import Spectral

WIDTH = 128


class BandWeights(nn.Module):
    """Wavelength -> weights of its band: how many bands there are, and in what order, is no part of the network.

    Paper: Neural Plasticity-Inspired Multimodal Foundation Model for Earth Observation (DOFA). Xiong et al. 2024.
    https://arxiv.org/abs/2403.15356 (section 3.1). There a transformer over all wavelengths makes the weights; here a
    perceptron makes those of each band from its own, on sines and cosines of the logarithm, in which sensors are about
    evenly spread from blue to thermal.

    Args:
        wavelengths: in nm, or None where bands are known by their place: each then has a learned code.
        channels: C.
        outputs: weights a band.
    """

    codes: Tensor

    def __init__(self, wavelengths: tuple[float, ...] | None, channels: int, outputs: int) -> None:
        super().__init__()
        self.known = wavelengths is not None
        if wavelengths is not None:
            self.register_buffer("codes", wave_codes(torch.tensor(wavelengths)), persistent=False)
        else:
            self.codes = nn.Parameter(torch.randn(channels, WIDTH))
        self.make = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, outputs))

    def forward(self) -> Tensor:
        """`(C, outputs)`."""
        return self.make(self.codes)


def wave_codes(wavelengths: Tensor) -> Tensor:
    """Sines and cosines of the logarithm of wavelengths `(C,)` in nm, at periods of e / 4 to 8 e: `(C, 128)`."""
    position = (wavelengths.double() / 1000).log()
    period = torch.logspace(-2, 3, WIDTH // 2, base=2, dtype=torch.float64)
    angle = position[:, None] * (2 * math.pi / period)
    return (torch.cat([angle.sin(), angle.cos()], -1) * math.sqrt(2)).float()


class BandEmbedding(nn.Module):
    """Patches of all bands as vectors: the mean over values that are there of `x w(band, pixel)`, and a bias.

    Args:
        wavelengths: of the bands in nm, or None.
        channels: C.
        patch: p, pixels a side.
        dim: D.
    """

    def __init__(self, wavelengths: tuple[float, ...] | None, channels: int, patch: int, dim: int) -> None:
        super().__init__()
        self.channels, self.patch, self.dim = channels, patch, dim
        self.weights = BandWeights(wavelengths, channels, patch**2 * dim)
        self.presence = BandWeights(wavelengths, channels, dim)
        self.scale = math.sqrt(3.0)

    def forward(self, tokens: Tensor) -> Tensor:
        """`(..., p * p * C)`, NaN where there is no data -> `(..., D)`."""
        there = tokens.isfinite()
        weight = self.weights().view(self.channels, self.patch**2, self.dim).transpose(0, 1).reshape(-1, self.dim)
        # a mean of n values of spread 1 has the spread of one over sqrt(n): grown back, so that few bands are no
        # louder than many, and no fainter
        count = there.sum(-1, keepdim=True).clamp_min(1).to(tokens.dtype)
        content = tokens.nan_to_num(0) @ weight.to(tokens.dtype) / count.sqrt()
        share = there.unflatten(-1, (-1, self.channels)).to(tokens.dtype).mean(-2)
        seen = share @ self.presence().to(tokens.dtype) / share.sum(-1, keepdim=True).clamp_min(1e-6)
        return self.scale * content + seen


class BandGroupEmbedding(BandEmbedding):
    """The same of tokens that hold a group of neighbouring bands: `(..., G * S, k * p * p)`, groups one after another.

    Args:
        wavelengths: of the bands in nm, or None.
        channels: C = G * k.
        patch: p, pixels a side.
        dim: D.
        group: k, bands of a token.
    """

    def __init__(self, wavelengths: tuple[float, ...] | None, channels: int, patch: int, dim: int, group: int) -> None:
        super().__init__(wavelengths, channels, patch, dim)
        self.group = group

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens of all groups in order, NaN where there is no data -> `(..., G * S, D)`."""
        groups = self.channels // self.group
        cubes = tokens.unflatten(-2, (groups, -1))  # ... G S (k p p)
        there = cubes.isfinite()
        weight = self.weights().view(groups, -1, self.dim).to(tokens.dtype)
        count = there.sum(-1, keepdim=True).clamp_min(1).to(tokens.dtype)
        content = cubes.nan_to_num(0) @ weight / count.sqrt()
        share = there.unflatten(-1, (self.group, -1)).to(tokens.dtype).mean(-1)
        presence = self.presence().view(groups, self.group, self.dim).to(tokens.dtype)
        seen = share @ presence / share.sum(-1, keepdim=True).clamp_min(1e-6)
        return (self.scale * content + seen).flatten(-3, -2)


class BandConv(nn.Module):
    """A 3 x 3 convolution whose weights are made from wavelengths, then `Conv`.

    Args:
        modality: gives bands and size.
        dim: channels of the last two layers.
        norm: the normalisation.
        cells: the result is averaged over a grid of cells x cells, so that D = dim * cells ** 2.
    """

    def __init__(self, modality: Spectral, *, dim: int = 256, norm: Norm | str = Norm.BATCH, cells: int = 2) -> None:
        super().__init__()
        self.channels, self.width = modality.channels, max(8, dim // 8)
        self.weights = BandWeights(modality.wavelengths, modality.channels, self.width * 9)
        self.bias = nn.Parameter(torch.zeros(self.width))
        after: Any = SimpleNamespace(channels=self.width)
        halvings = min(3, max(0, math.ceil(math.log2(modality.size / cells))))  # nothing is halved below the cells
        strides = [2 if i % 2 == 0 and i < 2 * halvings else 1 for i in range(6)]
        self.body = Conv(after, dim=dim, norm=norm, cells=cells, strides=strides)
        self.dim = self.body.dim

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, H, W)` prepared, NaN where there is no data -> `(N, D)`."""
        there = value.isfinite()
        weight = self.weights().view(self.channels, self.width, 3, 3).transpose(0, 1).to(value.dtype)
        seen = there.flatten(2).any(-1).sum(1).clamp_min(1).to(value.dtype)
        maps = F.conv2d(value.nan_to_num(0), weight, padding=1) / seen.sqrt()[:, None, None, None]
        return self.body(F.relu(maps + self.bias[:, None, None]))
