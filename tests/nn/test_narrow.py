"""Strided convolutions over one column: the output is the same, and the gradient is right in bfloat16 too."""

import copy

import pytest
import torch
from torch import nn

from coview.nn.narrow import widen_narrow_inputs

SHAPES = [(nn.Conv2d, (1, 1)), (nn.Conv2d, (4, 1)), (nn.Conv2d, (1, 4)), (nn.Conv1d, (1,)), (nn.Conv1d, (5,))]


def gradient(conv: nn.Module, x: torch.Tensor, bf16: bool) -> torch.Tensor:
    weight = conv.weight
    assert isinstance(weight, torch.Tensor)
    weight.grad = None
    held = [torch.full_like(weight, torch.nan) for _ in range(4)]  # what memory may hold
    del held
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        conv(x).float().square().sum().backward()
    assert weight.grad is not None
    return weight.grad.double()


@pytest.mark.parametrize(("kind", "size"), SHAPES)
def test_output_and_gradient_are_those_of_the_plain_convolution(kind: type, size: tuple[int, ...]):
    torch.manual_seed(0)
    plain = kind(6, 8, 3, 2, 1).double()
    widened = copy.deepcopy(plain)
    widen_narrow_inputs(widened)
    x = torch.randn(5, 6, *size, dtype=torch.float64)
    torch.testing.assert_close(widened(x), plain(x))
    torch.testing.assert_close(gradient(widened, x, False), gradient(plain, x, False))


@pytest.mark.parametrize(("kind", "size"), SHAPES)
def test_the_gradient_is_right_in_bfloat16(kind: type, size: tuple[int, ...]):
    torch.manual_seed(0)
    conv = kind(64, 64, 3, 2, 1)
    x = torch.randn(32, 64, *size)
    exact = gradient(copy.deepcopy(conv).double(), x.double(), False)
    widen_narrow_inputs(conv)
    for _ in range(5):
        torch.testing.assert_close(
            gradient(conv, x, True) / exact.abs().max(), exact / exact.abs().max(), atol=0.03, rtol=0
        )


def test_copies_are_widened_too():
    conv = nn.Conv2d(2, 2, 3, 2, 1)
    widen_narrow_inputs(conv)
    assert copy.deepcopy(conv)._forward_pre_hooks


@pytest.mark.parametrize(
    "conv", [nn.Conv2d(2, 2, 2, 2), nn.Conv2d(2, 2, 4, 2, 1), nn.Conv2d(2, 2, 1, 2), nn.Conv2d(2, 2, 3)]
)
def test_convolutions_that_another_column_would_change_are_left_alone(conv: nn.Module):
    widen_narrow_inputs(conv)
    assert not conv._forward_pre_hooks
