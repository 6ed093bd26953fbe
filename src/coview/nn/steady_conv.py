"""Convolutions over little more than one position, whose gradients can be relied on in bfloat16 too.

Processors with bfloat16 compute a wrong weight gradient where an axis is shorter than the kernel: oneDNN leaves the
entries that meet nothing but padding as they were in memory, NaN at times, and writes beyond its own. Small crops of
small pictures, short series, late layers over volumes and videos get there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from torch.nn.modules.conv import _ConvNd as Convolution
else:
    Convolution = object


def steady_convolutions(net: nn.Module) -> None:
    """Makes the convolutions of `net` compute in float32 where their input is that short; weights stay as they are."""
    for module in net.modules():
        module.__class__ = _STEADY.get(type(module), type(module))


class _Steady(Convolution):
    """Comes before one of PyTorch's convolutions among the bases."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if input.device.type != "cpu" or not torch.is_autocast_enabled("cpu") or not self._is_short(input):
            return super()._conv_forward(input, weight, bias)
        with torch.autocast("cpu", enabled=False):
            out = super()._conv_forward(input.float(), weight, bias)
        return out.to(torch.get_autocast_dtype("cpu"))

    def _is_short(self, input: Tensor) -> bool:
        """Whether an axis is shorter than the kernel: of volumes any, of others one of a single position, strided."""
        volumes = len(self.kernel_size) == 3
        axes = zip(input.shape[2:], self.kernel_size, self.stride, self.dilation, strict=False)
        return any(n <= d * (k - 1) and (volumes or (n == 1 and s > 1)) for n, k, s, d in axes)


class SteadyConv1d(_Steady, nn.Conv1d):
    """Over time."""


class SteadyConv2d(_Steady, nn.Conv2d):
    """Over height and width."""


class SteadyConv3d(_Steady, nn.Conv3d):
    """Over depth or time, height and width."""


_STEADY: dict[type, type] = {nn.Conv1d: SteadyConv1d, nn.Conv2d: SteadyConv2d, nn.Conv3d: SteadyConv3d}
