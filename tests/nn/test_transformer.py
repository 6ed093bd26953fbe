import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.errors import UserError
from coview.modalities.image import Image
from coview.modalities.text import Text
from coview.nn.encoder import build_encoder
from coview.nn.positions import sincos
from coview.nn.transformer import TokenNet, Transformer, heads_for


@pytest.fixture(scope="module")
def net() -> TokenNet:
    torch.manual_seed(0)
    return TokenNet(Image(16, 3), dim=32, depth=2).eval().double()


def pixels(n: int = 3, size: int = 16) -> torch.Tensor:
    return torch.randn(n, 3, size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@given(st.integers(4, 16).map(lambda k: 4 * k), st.sampled_from([1, 3, 6]))
@settings(max_examples=10, deadline=None)
def test_it_reads_any_size_and_channels(size: int, channels: int):
    modality = Image(size, channels)
    out = TokenNet(modality, dim=32, depth=1)(torch.zeros(2, channels, size, size))
    assert out.tokens.shape == (2, (size // modality.patch) ** 2, 32)
    assert out.pooled.shape == (2, 32)


def test_a_sample_does_not_depend_on_its_batch(net: TokenNet):
    torch.testing.assert_close(net(pixels()).pooled[1:2], net(pixels()[1:2]).pooled)


def test_what_is_masked_is_not_seen(net: TokenNet):
    masked = torch.zeros(3, 64, dtype=torch.bool)
    masked[:, [0, 9, 63]] = True
    x = pixels()
    other = x.clone()
    other[:, :, :2, :2] += 5  # patch 0
    other[:, :, 14:, 14:] -= 5  # patch 63
    assert torch.equal(net(x, masked=masked).tokens, net(other, masked=masked).tokens)
    assert not torch.equal(net(x).tokens, net(other).tokens)


def test_what_is_not_kept_is_not_seen(net: TokenNet):
    keep = torch.tensor([5, 2, 40]).expand(3, 3)
    x = pixels()
    other = x.clone()
    other[:, :, :2, :2] += 5
    assert torch.equal(net(x, keep=keep).tokens, net(other, keep=keep).tokens)


def test_kept_tokens_come_in_their_order(net: TokenNet):
    keep = torch.tensor([5, 2, 40])
    a = net(pixels(), keep=keep.expand(3, 3)).tokens
    b = net(pixels(), keep=keep.flip(0).expand(3, 3)).tokens
    torch.testing.assert_close(a, b.flip(1))


def test_keeping_all_is_reading_all(net: TokenNet):
    torch.testing.assert_close(net(pixels(), keep=torch.arange(64).expand(3, 64)).tokens, net(pixels()).tokens)


def test_padding_among_the_kept_changes_nothing(net: TokenNet):
    keep = torch.tensor([5, 2, 40])
    padded = torch.cat([keep, torch.tensor([0, 0])]).expand(3, 5)
    valid = torch.tensor([True, True, True, False, False]).expand(3, 5)
    alone, beside = net(pixels(), keep=keep.expand(3, 3)), net(pixels(), keep=padded, keep_valid=valid)
    torch.testing.assert_close(beside.tokens[:, :3], alone.tokens)
    torch.testing.assert_close(beside.pooled, alone.pooled)


def test_layers_are_every_blocks_output(net: TokenNet):
    out = net(pixels(), layers=True)
    assert out.layers is not None
    assert len(out.layers) == 2
    torch.testing.assert_close(net.body.norm(out.layers[-1]), out.tokens)


def test_registers_are_read_and_not_returned():
    torch.manual_seed(0)
    net = TokenNet(Image(16, 3), dim=32, depth=2, registers=2).eval().double()
    out = net(pixels(), layers=True)
    assert out.tokens.shape == (3, 64, 32)
    assert {layer.shape for layer in out.layers} == {(3, 64, 32)}
    torch.testing.assert_close(out.pooled, out.tokens.mean(1))
    with torch.no_grad():
        net.registers += torch.randn(2, 32, dtype=torch.float64)
    assert not torch.allclose(net(pixels()).tokens, out.tokens)


def test_padding_beside_registers_changes_nothing():
    torch.manual_seed(0)
    net = TokenNet(Image(16, 3), dim=32, depth=1, registers=1).eval().double()
    keep = torch.tensor([5, 2, 40])
    padded, valid = torch.cat([keep, keep[:2]]).expand(3, 5), torch.tensor([True] * 3 + [False] * 2).expand(3, 5)
    alone, beside = net(pixels(), keep=keep.expand(3, 3)), net(pixels(), keep=padded, keep_valid=valid)
    torch.testing.assert_close(beside.tokens[:, :3], alone.tokens)


def test_what_a_symbol_is_weighs_as_much_as_where_it_stands():
    torch.manual_seed(0)
    modality = Text.adapt(["one two three four five six"])
    net = TokenNet(modality, dim=64, depth=1)
    symbols, places = net.embed.weight.detach(), sincos((32,), 64)
    assert 0.5 < float((symbols.square().mean() / places.square().mean()).sqrt()) < 2


@pytest.mark.parametrize(("dim", "heads"), [(8, 1), (32, 1), (64, 2), (96, 3), (100, 2), (160, 5), (97, 1)])
def test_heads_by_default_are_one_for_32_features_and_divide_the_width(dim: int, heads: int):
    assert heads_for(dim) == heads
    Transformer(dim, 1)(torch.randn(2, 3, dim))


def test_heads_that_do_not_divide_the_width_are_refused_as_it_is_made():
    with pytest.raises(UserError, match="dim=32, heads=3: 32 features do not fall into 3 heads"):
        build_encoder(Image(16, 3), "picture", "vit", dim=32, heads=3)
