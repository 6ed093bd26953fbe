import pytest
import torch

from coview.nn.alibi import cell_centres
from coview.nn.fusion import FusionEncoder


def tokens(n: int, t: int, seed: int) -> torch.Tensor:
    return torch.randn(n, t, 32, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def net() -> FusionEncoder:
    torch.manual_seed(0)
    return FusionEncoder(32, 2, 4).double().eval()


def test_what_the_other_sensor_says_is_heard(net: FusionEncoder):
    x, context = tokens(2, 3, 0), tokens(2, 5, 1)
    assert not torch.allclose(net(x, context), net(x, -context))


def test_padding_on_either_side_changes_nothing(net: FusionEncoder):
    x, context = tokens(2, 4, 0), tokens(2, 5, 1)
    valid, other = torch.tensor([[True] * 3 + [False]] * 2), torch.tensor([[True] * 3 + [False] * 2] * 2)
    padded = net(x, context, valid=valid, context_valid=other)
    torch.testing.assert_close(padded[:, :3], net(x[:, :3], context[:, :3]))


def test_order_of_tokens_does_not_matter_where_they_stand_does(net: FusionEncoder):
    x, context = tokens(1, 4, 0), tokens(1, 4, 1)
    at = cell_centres((2, 2), (2, 2)).double()[None]
    turn = torch.tensor([2, 0, 3, 1])
    plain = net(x, context, at, at)
    torch.testing.assert_close(net(x[:, turn], context, at[:, turn], at), plain[:, turn])
    assert not torch.allclose(net(x, context, at[:, turn], at), plain)
