"""Convolutional networks for pictures of any size and number of channels."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

if TYPE_CHECKING:
    from coview.modalities.image import Image


class Norm(StrEnum):
    """What stands between a convolution and its ReLU.

    - `batch`: statistics of the rows in the chunk (learns fastest; exact at equal chunk only).
    - `group`: statistics of the picture alone, eight channels a group.
    - `none`: nothing but a bias.
    """

    BATCH = "batch"
    GROUP = "group"
    NONE = "none"


class Conv(nn.Module):
    """Six 3 x 3 convolutions, every other one halving the picture, and the means over quarters of what is left.

    Args:
        modality: gives the number of channels.
        dim: channels of the last two layers; the earlier ones have a quarter and a half of them.
        norm: the normalisation.
        cells: the result is averaged over a grid of cells x cells, so that D = dim * cells ** 2; with 1 nothing is
            left of where something was in the picture.
        strides: of the six convolutions, for pictures too small to be halved three times.
    """

    def __init__(
        self,
        modality: Image,
        *,
        dim: int = 256,
        norm: Norm | str = Norm.BATCH,
        cells: int = 2,
        strides: Sequence[int] = (2, 1, 2, 1, 2, 1),
    ) -> None:
        super().__init__()
        self.cells = cells
        self.dim = dim * cells**2
        widths = [dim // 4, dim // 4, dim // 2, dim // 2, dim, dim]
        before = [modality.channels, *widths[:-1]]
        self.layers = nn.Sequential(
            *(conv_layer(a, b, stride, Norm(norm)) for a, b, stride in zip(before, widths, strides, strict=True))
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, H, W)` prepared -> `(N, D)`."""
        maps = self.layers(value.contiguous(memory_format=torch.channels_last))
        return adaptive_avg_pool2d(maps, self.cells).flatten(1)


def conv_layer(inputs: int, outputs: int, stride: int, norm: Norm, *, axes: int = 2) -> nn.Sequential:
    """A convolution of 3 cells along each axis, a norm and ReLU, for pictures or, with three axes, volumes."""
    conv_of, norm_of = {2: (nn.Conv2d, nn.BatchNorm2d), 3: (nn.Conv3d, nn.BatchNorm3d)}[axes]
    match norm:
        case Norm.BATCH:
            between: nn.Module = norm_of(outputs)
        case Norm.GROUP:
            between = nn.GroupNorm(max(1, outputs // 8), outputs)
        case Norm.NONE:
            between = nn.Identity()
    conv = conv_of(inputs, outputs, 3, stride, 1, bias=norm is Norm.NONE)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    return nn.Sequential(conv, between, nn.ReLU(inplace=True))


class ResNet18(nn.Module):
    """torchvision's ResNet-18 without its classifier (He et al. 2016).

    Pictures of at most 64 pixels meet a 3 x 3 stem without pooling, as CIFAR's do: ImageNet's stem would leave
    8 x 8 of 32 x 32 pixels to the first block.

    Args:
        modality: gives size and channels.
    """

    def __init__(self, modality: Image) -> None:
        super().__init__()
        from torchvision.models import resnet18

        self.net = resnet18(weights=None)
        self.dim = self.net.fc.in_features
        self.net.fc = nn.Identity()  # type: ignore[assignment]
        if modality.size <= 64:
            self.net.conv1 = nn.Conv2d(modality.channels, 64, 3, 1, 1, bias=False)
            self.net.maxpool = nn.Identity()  # type: ignore[assignment]
        elif modality.channels != 3:
            self.net.conv1 = nn.Conv2d(modality.channels, 64, 7, 2, 3, bias=False)
        nn.init.kaiming_normal_(self.net.conv1.weight, mode="fan_out", nonlinearity="relu")
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, H, W)` prepared -> `(N, 512)`."""
        return self.net(value.contiguous(memory_format=torch.channels_last))
