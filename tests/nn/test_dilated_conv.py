from __future__ import annotations

import pytest
import torch

from coview.modalities.series import Series
from coview.nn.dilated_conv import DilatedConv

SAMPLES = 40


@pytest.fixture(scope="module")
def net() -> DilatedConv:
    torch.manual_seed(0)
    return DilatedConv(Series(2, SAMPLES, 2, [0.0, 0.0], [1.0, 1.0]), dim=8, depth=2).eval().double()


def values(n: int = 3) -> torch.Tensor:
    return torch.randn(n, SAMPLES, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_a_token_reads_what_its_dilations_reach_and_no_more(net: DilatedConv) -> None:
    x = values(1)
    other = x.clone()
    other[:, 20:22] += 1  # token 10; two convolutions of dilation 1 and two of 2 reach six tokens
    moved = (net(x).tokens != net(other).tokens).any(2)[0]
    assert moved.nonzero()[:, 0].tolist() == list(range(4, 17))


def test_where_a_token_stands_is_not_known(net: DilatedConv) -> None:
    x = values(1)
    later = torch.cat([torch.zeros_like(x[:, :4]), x[:, :-4]], 1)
    inner = slice(6, 12)
    torch.testing.assert_close(net(later).tokens[:, 8:14], net(x).tokens[:, inner])


def test_what_is_hidden_is_not_seen_and_what_is_not_kept_neither(net: DilatedConv) -> None:
    x = values()
    hidden = torch.zeros(3, 20, dtype=torch.bool)
    hidden[:, [0, 7]] = True
    other = x.clone()
    other[:, [0, 1, 14, 15]] += 5
    assert torch.equal(net(x, masked=hidden).tokens, net(other, masked=hidden).tokens)
    keep = (~hidden[0]).nonzero()[:, 0].expand(3, -1)
    kept = net(x, keep=keep)
    torch.testing.assert_close(kept.tokens, net(x, masked=hidden).tokens.gather(1, keep[..., None].expand(-1, -1, 8)))
    torch.testing.assert_close(kept.pooled, kept.tokens.amax(1))


def test_padding_is_neither_read_nor_pooled(net: DilatedConv) -> None:
    x = values()
    length = torch.tensor([40, 13, 1])
    x[1, 14:] = 9.0
    out = net(x, length)
    torch.testing.assert_close(out.tokens[1, :6], net(values(), length).tokens[1, :6])
    assert out.valid is not None
    assert out.valid.sum(1).tolist() == [20, 7, 1]
