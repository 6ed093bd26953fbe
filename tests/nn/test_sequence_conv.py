from __future__ import annotations

import pytest
import torch
from torch import nn

from coview.nn.bag import Bag
from coview.nn.sequence_conv import SequenceConv


@pytest.mark.parametrize("strides", [None, [2, 2], [1, 3]])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_a_padded_row_reads_like_a_bare_one(strides: list[int] | None, n: int) -> None:
    torch.manual_seed(0)
    net = SequenceConv(nn.Linear(3, 8), [8, 8, 12], strides=strides).double()
    row = torch.randn(1, n, 3, dtype=torch.float64)
    padded = torch.cat([row, torch.randn(1, 6, 3, dtype=torch.float64)], 1)
    assert torch.allclose(net(padded, torch.tensor([n])), net(row), rtol=1e-12)
    beside = torch.cat([padded, torch.randn(1, n + 6, 3, dtype=torch.float64)])
    assert torch.allclose(net(beside, torch.tensor([n, n + 6]))[:1], net(row), rtol=1e-12)


def test_frames_that_no_row_has_cost_nothing() -> None:
    net = SequenceConv(nn.Embedding(5, 8), [8, 8])
    seen: list[int] = []
    net.embed.register_forward_hook(lambda _, __, out: seen.append(out.shape[1]))
    net(torch.ones(2, 100, dtype=torch.int64), torch.tensor([3, 7]))
    assert seen == [7]


def test_padding_gets_no_gradient() -> None:
    torch.manual_seed(0)
    net = SequenceConv(nn.Linear(3, 8), [8, 8, 8], strides=[1, 2])
    x = torch.randn(2, 7, 3, requires_grad=True)
    net(x, torch.tensor([4, 7])).square().sum().backward()
    assert x.grad is not None
    assert not x.grad[0, 4:].any()
    assert x.grad[0, :4].any(1).all()


def test_a_row_of_no_frames_is_finite() -> None:
    net = SequenceConv(nn.Linear(3, 8), [8, 8])
    assert net(torch.zeros(1, 4, 3), torch.tensor([0])).isfinite().all()


def test_the_bag_is_the_mean_over_valid_symbols() -> None:
    torch.manual_seed(0)
    bag = Bag(10, dim=6, hidden=7)
    ids = torch.tensor([[3, 4, 4, 9, 9]])
    expected = bag.mlp((bag.embed.weight[3] + 2 * bag.embed.weight[4])[None] / 3)
    assert torch.allclose(bag(ids, torch.tensor([3])), expected, atol=1e-6)
    assert torch.allclose(bag(ids[:, :3]), expected, atol=1e-6)
