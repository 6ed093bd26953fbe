from __future__ import annotations

import torch
from torch import nn

from coview.nn.event_embedding import EventEmbedding
from coview.nn.gru import SequenceGRU


def test_the_state_is_read_at_the_last_valid_position() -> None:
    torch.manual_seed(0)
    net = SequenceGRU(nn.Linear(3, 8), 8, 16).double()
    value, length = torch.randn(5, 7, 3).double(), torch.tensor([7, 1, 4, 2, 7])
    whole = net(value, length)
    for row in range(5):
        alone = net(value[row : row + 1, : length[row]])
        assert torch.allclose(whole[row], alone[0], rtol=1e-12)


def test_an_event_is_the_sum_of_its_fields() -> None:
    torch.manual_seed(0)
    net = EventEmbedding(2, [3, 4], 8)
    event = torch.tensor([0.5, -2.0, 1, 3, 1, 1, 1, 1])
    expected = 0.5 * net.weight[0] - 2 * net.weight[1] + net.bias.sum(0)
    assert net.words is not None
    expected = expected + net.words.weight[1] + net.words.weight[3 + 3]
    assert torch.allclose(net(event), expected, atol=1e-6)


def test_a_missing_field_is_its_own_vector_whatever_stands_there() -> None:
    torch.manual_seed(0)
    net = EventEmbedding(1, [3], 8)
    nn.init.normal_(net.missing)
    a, b = net(torch.tensor([0.0, 2, 0, 1])), net(torch.tensor([9.0, 2, 0, 1]))
    assert torch.equal(a, b)
    assert torch.allclose(a, net.missing[0] + net.words.weight[2])  # type: ignore[union-attr]


def test_other_words_and_what_is_missing_begin_at_nothing() -> None:
    net = EventEmbedding(1, [3, 2], 8)
    assert not net(torch.tensor([0.0, 0, 0, 0, 0, 0])).any()
    assert not net(torch.tensor([0.0, 0, 0, 0, 1, 1])).any()
    assert net(torch.tensor([0.0, 1, 1, 0, 1, 1])).std() > 0.1
