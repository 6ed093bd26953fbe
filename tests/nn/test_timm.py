import pytest
import torch

from coview.batch import View
from coview.errors import UserError
from coview.modalities.image import Image
from coview.nn.encoder import build_encoder
from coview.nn.timm import TimmPooled, TimmTokens, build

pytest.importorskip("timm")


@pytest.fixture(scope="module")
def vit() -> TimmTokens:
    torch.manual_seed(0)
    net = build("vit_tiny_patch16_224", Image(16, 3), depth=2)
    assert isinstance(net, TimmTokens)
    return net.eval().double()


def pixels(n: int = 3, size: int = 16, channels: int = 3) -> torch.Tensor:
    return torch.randn(n, channels, size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("name", ["resnet10t", "convnext_atto", "mobilenetv3_small_050", "test_vit", "test_byobnet"])
@pytest.mark.parametrize(("size", "channels"), [(64, 1), (96, 6)])
def test_any_model_at_any_size_and_channels_has_the_width_it_says(name: str, size: int, channels: int):
    net = build(name, Image(size, channels)).eval()
    out = net(torch.zeros(2, channels, size, size))
    assert (out if isinstance(out, torch.Tensor) else out.pooled).shape == (2, net.dim)


def test_it_is_an_encoder_by_prefix():
    modality = Image(64, 3)
    encoder = build_encoder(modality, "photo", "timm:resnet10t").eval()
    view = View(torch.zeros(2, 1, 3, 64, 64), "image", torch.tensor([[True], [False]]))
    out = encoder(view)
    assert out.pooled.shape == (2, 1, encoder.dim)
    assert not out.pooled[1].any()
    assert not encoder.has_tokens


def test_a_name_with_a_tag_of_weights_is_its_architecture():
    assert isinstance(build("resnet10t.c3_in1k", Image(64)), TimmPooled)


def test_an_unknown_name_is_refused_with_near_ones():
    with pytest.raises(UserError, match="resnet50"):
        build("resnt50", Image(64))


def test_an_unknown_library_is_refused():
    with pytest.raises(UserError, match="timm"):
        build_encoder(Image(64), "image", "hub:resnet50")


def test_an_unknown_option_is_refused():
    with pytest.raises(UserError, match="colour"):
        build("resnet10t", Image(64), colour=3)


def test_a_stem_too_coarse_for_the_pictures_is_warned_of():
    with pytest.warns(UserWarning, match="shrinks pictures 32 times"):
        build("resnet10t", Image(32))


def test_tokens_are_the_slots(vit: TimmTokens):
    modality = Image(16, 3)
    view = View(pixels()[:, None], "image", torch.ones(3, 1, dtype=torch.bool))
    assert vit(pixels()).tokens.shape[1] == modality.tokens(view).value.shape[2]


def test_whole_it_is_timms_own_forward(vit: TimmTokens):
    torch.testing.assert_close(vit(pixels()).pooled, vit.net(pixels()))


def test_small_crops_are_read(vit: TimmTokens):
    assert vit(pixels(size=8)).tokens.shape[1] == 16


def test_what_is_masked_is_not_seen(vit: TimmTokens):
    masked = torch.zeros(3, 64, dtype=torch.bool)
    masked[:, [0, 63]] = True
    x, other = pixels(), pixels()
    other[:, :, :2, :2] += 5  # patch 0
    other[:, :, 14:, 14:] -= 5  # patch 63
    assert torch.equal(vit(x, masked=masked).tokens, vit(other, masked=masked).tokens)
    assert not torch.equal(vit(x).tokens, vit(other).tokens)


def test_what_is_not_kept_is_not_seen_and_keeping_all_is_reading_all(vit: TimmTokens):
    keep = torch.tensor([5, 2, 40]).expand(3, 3)
    x, other = pixels(), pixels()
    other[:, :, :2, :2] += 5
    assert torch.equal(vit(x, keep=keep).pooled, vit(other, keep=keep).pooled)
    everything = torch.arange(64).expand(3, 64)
    torch.testing.assert_close(vit(x, keep=everything).tokens, vit(x).tokens)


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "vit_wee_patch16_reg1_gap_256"])
def test_padding_among_the_kept_changes_nothing(name: str):
    torch.manual_seed(0)
    net = build(name, Image(16, 3), depth=2).eval().double()
    keep = torch.tensor([5, 2, 40])
    padded = torch.cat([keep, torch.tensor([0, 0])]).expand(3, 5)
    valid = torch.tensor([True, True, True, False, False]).expand(3, 5)
    alone, beside = net(pixels(), keep=keep.expand(3, 3)), net(pixels(), keep=padded, keep_valid=valid)
    torch.testing.assert_close(beside.tokens[:, :3], alone.tokens)
    torch.testing.assert_close(beside.pooled, alone.pooled)


def test_layers_are_every_blocks_patches(vit: TimmTokens):
    out = vit(pixels(), layers=True)
    assert out.layers is not None
    assert [tuple(x.shape) for x in out.layers] == [(3, 64, 192)] * 2
    torch.testing.assert_close(vit.net.norm(out.layers[-1]), out.tokens)
