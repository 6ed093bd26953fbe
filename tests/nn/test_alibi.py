import pytest
import torch

from coview.modalities.text import Text
from coview.nn.alibi import cell_centres, distance_bias
from coview.nn.encoder import build_encoder
from coview.nn.transformer import TokenNet
from tests.methods.slots import modality, samples


def test_the_bias_is_minus_the_distance_times_slopes_that_halve_by_quarters():
    at = torch.tensor([[[0.0, 0.0], [3.0, 4.0]]])
    bias = distance_bias(at, at, 4)
    assert bias[0, :, 0, 1].tolist() == [-5 * 2.0**-2, -5 * 2.0**-4, -5 * 2.0**-6, -5 * 2.0**-8]
    assert bias[0, :, 0, 0].tolist() == [0.0] * 4


def test_two_grids_of_one_ground_stand_over_each_other():
    fine, coarse = cell_centres((4,), (4,)), cell_centres((2,), (4,))
    assert fine.flatten().tolist() == [0.5, 1.5, 2.5, 3.5]
    assert coarse.flatten().tolist() == [1.0, 3.0]
    assert cell_centres((2, 3), (2, 3))[4].tolist() == [1.5, 1.5]


@pytest.fixture(scope="module")
def net() -> TokenNet:
    torch.manual_seed(0)
    net = build_encoder(modality("image"), "picture", "vit", dim=32, depth=2, alibi=True).net.double().eval()
    assert isinstance(net, TokenNet)
    return net


def pictures(net: TokenNet) -> torch.Tensor:
    view = samples(picture="image")["picture"]
    return net.modality.prepare(view).value[:, 0].double()


def test_kept_tokens_are_told_by_where_they_stand_and_not_by_their_order(net: TokenNet):
    value, keep = pictures(net), torch.tensor([0, 2, 3])
    rows = keep.expand(len(value), -1)
    found = net(value, keep=rows).tokens
    torch.testing.assert_close(net(value, keep=rows.flip(1)).tokens, found.flip(1))


def test_distance_is_all_that_tells_places_apart(net: TokenNet):
    """Tokens of one value say the same where all others are as far away."""
    value = torch.ones_like(pictures(net))
    tokens = net(value).tokens
    torch.testing.assert_close(tokens[:, :1].expand_as(tokens), tokens)


def test_what_is_farther_away_is_heard_less(net: TokenNet):
    grid = net.modality.grid(net.modality.prepare(samples(picture="image")["picture"]))
    keep = torch.tensor([0, 1, grid[0] * grid[1] - 1])
    bias = net._bias(net.modality.prepare(samples(picture="image")["picture"]), keep[None])
    assert (bias[0, :, 0, 0] > bias[0, :, 0, 1]).all()
    assert (bias[0, :, 0, 1] > bias[0, :, 0, 2]).all()


@pytest.mark.parametrize("registers", [0, 2])
def test_padding_changes_nothing(registers: int):
    torch.manual_seed(0)
    text = modality("text")
    assert isinstance(text, Text)
    net = build_encoder(text, "words", "vit", dim=32, depth=2, alibi=True, registers=registers).net.double().eval()
    view = text.prepare(samples(words="text")["words"])
    assert view.length is not None
    longest = int(view.length.max())
    whole = net(view.value[:, 0], view.length[:, 0])
    row = int(view.length[:, 0].argmin())
    alone = net(view.value[row : row + 1, 0], view.length[row : row + 1, 0])
    assert longest > int(view.length.min())
    torch.testing.assert_close(alone.pooled[0], whole.pooled[row])
    assert whole.pooled.isfinite().all()
