"""A small convolutional network for volumes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool3d

from coview.nn.conv import Norm, conv_layer

if TYPE_CHECKING:
    from coview.modalities.volume import Volume


class VolumeConv(nn.Module):
    """Four 3 x 3 x 3 convolutions, three of which halve the volume, and the means over eighths of what is left.

    Args:
        modality: gives the number of channels.
        dim: D; the layers have an eighth, a quarter and a half of it as channels, and a linear map brings what they
            say of all cells to D.
        norm: the normalisation.
        cells: the result is averaged over cells along each axis, so that something is left of where things were.
    """

    def __init__(self, modality: Volume, *, dim: int = 256, norm: Norm | str = Norm.BATCH, cells: int = 2) -> None:
        super().__init__()
        self.dim, self.cells = dim, cells
        widths = [modality.channels, max(8, dim // 8), max(16, dim // 4), max(32, dim // 2), max(32, dim // 2)]
        strides = (2, 2, 1, 2)
        self.layers = nn.Sequential(
            *(conv_layer(a, b, s, Norm(norm), axes=3) for (a, b), s in zip(pairwise(widths), strides, strict=True))
        )
        self.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
        self.out = nn.Linear(widths[-1] * cells**3, dim)

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, D, H, W)` prepared, NaN where there is nothing, which is read as the mean -> `(N, D)`."""
        maps = self.layers(value.nan_to_num(0).contiguous(memory_format=torch.channels_last_3d))
        return self.out(adaptive_avg_pool3d(maps, self.cells).flatten(1))


class VoxelEmbedding(nn.Linear):
    """Patches of voxels as vectors, `(..., P)` -> `(..., D)`: what is missing (NaN) is read as the mean, 0."""

    def forward(self, input: Tensor) -> Tensor:
        """A linear map."""
        return super().forward(torch.nan_to_num(input, 0.0))
