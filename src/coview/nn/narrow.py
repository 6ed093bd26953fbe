"""Strided convolutions over maps one column wide."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F


def widen_narrow_inputs(net: nn.Module) -> None:
    """Gives strided convolutions of `net` a second column of zeros where their input has one; outputs stay the same.

    Processors with bfloat16 compute a wrong weight gradient there: oneDNN leaves the columns of the kernel that meet
    nothing but padding as they were in memory, NaN at times. Small crops of small pictures get there.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv1d | nn.Conv2d) and _adds_nothing(module):
            module.register_forward_pre_hook(_widen)


def _adds_nothing(conv: nn.Conv1d | nn.Conv2d) -> bool:
    """Whether a column of zeros after a single one is what the padding says anyway, and the output no wider for it."""
    stride, kernel, padding, dilation = conv.stride[-1], conv.kernel_size[-1], conv.padding[-1], conv.dilation[-1]
    if stride == 1 or kernel == 1 or isinstance(padding, str) or conv.padding_mode != "zeros":
        return False
    reach = dilation * (kernel - 1)
    return 2 * padding - reach >= 0 and (2 * padding - reach) // stride == (2 * padding - reach + 1) // stride


def _widen(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
    x: Tensor = inputs[0]
    return (F.pad(x, (0, 1)), *inputs[1:]) if x.shape[-1] == 1 else None
