import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.modalities.image import Image
from coview.nn.conv import Conv, Norm, ResNet18


def pixels(n: int, modality: Image, size: int | None = None) -> torch.Tensor:
    side = size or modality.size
    return torch.randn(n, modality.channels, side, side, generator=torch.Generator().manual_seed(0))


@given(st.integers(4, 16).map(lambda k: 4 * k), st.sampled_from([1, 3, 6]), st.sampled_from(list(Norm)))
@settings(max_examples=15, deadline=None)
def test_conv_reads_any_size_and_channels(size: int, channels: int, norm: Norm):
    modality = Image(size, channels)
    net = Conv(modality, dim=32, norm=norm).eval()
    assert net(pixels(2, modality)).shape == (2, 32 * 2**2)
    assert net(pixels(2, modality, size // 2)).shape == (2, 32 * 2**2)


@pytest.mark.parametrize("build", [Conv, ResNet18])
def test_in_eval_mode_a_sample_does_not_depend_on_its_batch(build: type):
    torch.manual_seed(0)
    modality = Image(32)
    net = build(modality).double()
    x = pixels(5, modality).double()
    net(x)  # moves the running statistics away from their start
    net.eval()
    torch.testing.assert_close(net(x)[2:3], net(x[2:3]))


@pytest.mark.parametrize("norm", [Norm.GROUP, Norm.NONE])
def test_without_batch_statistics_a_sample_does_not_depend_on_its_batch_in_training(norm: Norm):
    torch.manual_seed(0)
    modality = Image(16)
    net = Conv(modality, dim=32, norm=norm).double().train()
    x = pixels(5, modality).double()
    torch.testing.assert_close(net(x)[2:3], net(x[2:3]))


@pytest.mark.parametrize("norm", list(Norm))
def test_signal_and_gradient_reach_every_layer_at_the_start(norm: Norm):
    torch.manual_seed(0)
    modality = Image(32)
    net = Conv(modality, norm=norm)
    out = net(pixels(16, modality))
    assert 0.05 < out.std() < 20
    out.square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for name, p in net.named_parameters() if "weight" in name)


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ValueError, match="layer"):
        Conv(Image(16), norm="layer")


@pytest.mark.parametrize(("size", "places"), [(32, 16), (64, 64), (128, 16)])
def test_resnet_keeps_places_of_small_pictures(size: int, places: int):
    """He et al.'s stem divides by 4 before the first block: it is for large pictures only."""
    net = ResNet18(Image(size, 1)).eval()
    seen: list[int] = []
    net.net.layer4.register_forward_hook(lambda module, given, out: seen.append(out.shape[2] * out.shape[3]))
    assert net(torch.zeros(1, 1, size, size)).shape == (1, 512)
    assert seen == [places]
