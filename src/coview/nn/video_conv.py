"""A small convolutional network over space and time, one after the other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from coview.modalities.video import Video


class VideoConv(nn.Module):
    """Three stages of a 3 x 3 convolution over each frame and one of 3 over time, each halving what it goes over.

    Paper: A Closer Look at Spatiotemporal Convolutions for Action Recognition. Tran et al. CVPR 2018.
    https://arxiv.org/abs/1711.11248 (section 3.4: (2+1)D convolutions, with a norm and a ReLU between the two).

    The result is averaged over time and over quarters of the picture, so that something is left of where it was.

    Args:
        modality: gives channels, size and frames.
        dim: channels of the last stage; the earlier ones have a quarter and a half of them.
        cells: the result is averaged over a grid of cells x cells, so that D = dim * cells ** 2.
    """

    def __init__(self, modality: Video, *, dim: int = 96, cells: int = 2) -> None:
        super().__init__()
        self.cells, self.dim = cells, dim * cells**2
        widths = [modality.channels, dim // 4, dim // 2, dim]
        frames = modality.frames
        self.stages = nn.ModuleList()
        for before, after in pairwise(widths):
            stride = 2 if frames > 1 else 1
            self.stages.append(Stage(before, after, stride))
            frames = -(-frames // stride)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, value: Tensor) -> Tensor:
        """`(N, T, C, H, W)` prepared -> `(N, D)`."""
        n = len(value)
        x = value.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        for stage in self.stages:
            x = stage(x, n)
        maps = F.adaptive_avg_pool2d(x, self.cells).flatten(1)
        return maps.unflatten(0, (n, -1)).mean(1)


class Stage(nn.Module):
    """A convolution over space, then one over time, each with BatchNorm and ReLU.

    Both run as 2-D convolutions on channels-last memory: frames of a clip stand one after the other there, so that
    `(N * T, C, H, W)` read as `(N, C, T, H * W)` is the same memory, and nothing is copied between the two.

    Args:
        inputs, outputs: channels.
        stride: over time; over space it is 2.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.space = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
        self.time = nn.Conv2d(outputs, outputs, (3, 1), (stride, 1), (1, 0), bias=False)
        self.norm_space, self.norm_time = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        for conv in (self.space, self.time):
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor, n: int) -> Tensor:
        """`(n * T, C, H, W)` -> `(n * T', C', H', W')`, channels last."""
        x = F.relu(self.norm_space(self.space(x)), inplace=True)
        height, width = x.shape[2:]
        clips = x.permute(0, 2, 3, 1).reshape(n, -1, height * width, x.shape[1]).permute(0, 3, 1, 2)
        clips = F.relu(self.norm_time(self.time(clips)), inplace=True)
        last = clips.permute(0, 2, 3, 1)
        return last.reshape(-1, height, width, last.shape[3]).permute(0, 3, 1, 2)
