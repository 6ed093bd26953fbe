"""Convolutions over an axis shorter than their kernel: the gradient is right in bfloat16 too."""

import copy
from itertools import product

import pytest
import torch
from torch import nn

from coview.nn.steady_conv import steady_convolutions

CASES = [
    (kind, {"kernel_size": kernel, "stride": tuple(stride if k > 1 else 1 for k in kernel)}, size)
    for stride in (1, 2)
    for kind, kernel, sizes in (
        (nn.Conv1d, (3,), [(1,), (2,), (5,)]),
        (nn.Conv1d, (5,), [(1,), (2,), (5,)]),
        (nn.Conv2d, (3, 3), product((1, 2, 4), repeat=2)),
        (nn.Conv3d, (3, 3, 3), product((1, 2, 4), repeat=3)),
        (nn.Conv3d, (3, 1, 1), [(1, 4, 4), (2, 4, 4)]),
        (nn.Conv3d, (1, 3, 3), [(4, 1, 1), (4, 2, 2)]),
    )
    for size in sizes
]


def padded(kind: type, inputs: int, outputs: int, how: dict[str, tuple[int, ...]]) -> nn.Module:
    return kind(inputs, outputs, **how, padding=tuple(k // 2 for k in how["kernel_size"]))


def gradient(conv: nn.Module, x: torch.Tensor, bf16: bool) -> torch.Tensor:
    weight = conv.weight
    assert isinstance(weight, torch.Tensor)
    weight.grad = None
    held = [torch.full_like(weight, torch.nan, dtype=torch.bfloat16) for _ in range(4)]  # what memory may hold
    del held
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        conv(x).float().square().sum().backward()
    assert weight.grad is not None
    return weight.grad.double()


@pytest.mark.parametrize(("kind", "how", "size"), CASES)
def test_the_gradient_is_right_in_bfloat16(kind: type, how: dict, size: tuple[int, ...]):
    torch.manual_seed(0)
    conv = padded(kind, 32, 32, how)
    x = torch.randn(8, 32, *size)
    exact = gradient(copy.deepcopy(conv).double(), x.double(), False)
    steady_convolutions(conv)
    for _ in range(3):
        found = gradient(conv, x, True)
        torch.testing.assert_close(found / exact.abs().max(), exact / exact.abs().max(), atol=0.03, rtol=0)


@pytest.mark.parametrize(("kind", "how", "size"), CASES)
def test_the_output_is_that_of_the_plain_convolution(kind: type, how: dict, size: tuple[int, ...]):
    torch.manual_seed(0)
    plain = padded(kind, 4, 6, how)
    steady = copy.deepcopy(plain)
    steady_convolutions(steady)
    x = torch.randn(5, 4, *size)
    torch.testing.assert_close(steady(x), plain(x), rtol=0, atol=0)
    with torch.autocast("cpu", torch.bfloat16):
        assert steady(x).dtype == plain(x).dtype == torch.bfloat16


def test_weights_and_names_stay_and_copies_are_steady_too():
    net = nn.Sequential(nn.Conv2d(2, 2, 3), nn.ReLU())
    before = net.state_dict()
    steady_convolutions(net)
    assert net.state_dict().keys() == before.keys()
    assert type(copy.deepcopy(net)[0]) is type(net[0]) is not nn.Conv2d
