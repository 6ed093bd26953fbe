"""Networks whose weights are made from wavelengths."""

from __future__ import annotations

import pytest
import torch

from coview.modalities.spectral import Spectral
from coview.nn.bands import BandConv, BandEmbedding, wave_codes

WAVES = (490.0, 560.0, 665.0, 840.0, 1610.0)


def slot(waves: tuple[float, ...] | None = WAVES, size: int = 8, channels: int = 5) -> Spectral:
    return Spectral(size, channels, waves, [0.0] * channels, [1.0] * channels, patch=2)


def pixels(n: int = 3) -> torch.Tensor:
    return torch.randn(n, 5, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def tokens(values: torch.Tensor) -> torch.Tensor:
    """Of one patch each, `(N, p * p * C)`."""
    return values[:, :, :2, :2].permute(0, 2, 3, 1).flatten(1)


ORDER = [3, 0, 4, 2, 1]


def test_the_order_of_bands_changes_nothing() -> None:
    values = pixels()
    torch.manual_seed(0)
    embed = BandEmbedding(WAVES, 5, 2, 16).double()
    torch.manual_seed(0)
    other = BandEmbedding(tuple(WAVES[i] for i in ORDER), 5, 2, 16).double()
    torch.testing.assert_close(other(tokens(values[:, ORDER])), embed(tokens(values)))
    torch.manual_seed(0)
    conv = BandConv(slot(), dim=16).double().eval()
    torch.manual_seed(0)
    turned = BandConv(slot(tuple(WAVES[i] for i in ORDER)), dim=16).double().eval()
    torch.testing.assert_close(turned(values[:, ORDER]), conv(values))


def test_the_number_of_bands_is_no_part_of_the_network() -> None:
    """A network of five bands reads two of them as the same network of these two alone does."""
    values = pixels()
    few = values.clone()
    few[:, [0, 2, 4]] = torch.nan
    waves = (WAVES[1], WAVES[3])
    torch.manual_seed(0)
    embed = BandEmbedding(WAVES, 5, 2, 16).double()
    small = BandEmbedding(waves, 2, 2, 16).double()
    small.load_state_dict(embed.state_dict())
    torch.testing.assert_close(small(tokens(values[:, [1, 3]])), embed(tokens(few)))
    conv = BandConv(slot(), dim=16).double().eval()
    alone = BandConv(slot(waves, channels=2), dim=16).double().eval()
    alone.load_state_dict(conv.state_dict())
    torch.testing.assert_close(alone(values[:, [1, 3]]), conv(few))


def test_bands_of_nearby_wavelengths_have_nearby_weights() -> None:
    codes = wave_codes(torch.tensor([490.0, 482.0, 560.0, 2200.0]))
    apart = (codes[1:] - codes[0]).norm(dim=1)
    assert apart[0] < 0.5 * apart[1] < apart[2]


def test_missing_pixels_are_not_read() -> None:
    torch.manual_seed(0)
    embed = BandEmbedding(WAVES, 5, 2, 16).double()
    cut = tokens(pixels())
    hole = cut.clone()
    hole[:, 5:9] = torch.nan
    assert embed(hole).isfinite().all()
    assert not torch.allclose(embed(hole), embed(cut))
    zeros = torch.where(hole.isnan(), 0, hole)
    assert not torch.allclose(embed(hole), embed(zeros))  # what is missing is told from the mean


def test_nothing_at_all_is_finite() -> None:
    torch.manual_seed(0)
    nothing = torch.full((2, 5, 8, 8), torch.nan)
    assert BandEmbedding(WAVES, 5, 2, 16)(tokens(nothing)).isfinite().all()
    assert BandConv(slot(), dim=16).eval()(nothing).isfinite().all()


@pytest.mark.parametrize("size", [2, 3, 5, 8, 9])
def test_the_smallest_pictures_keep_two_by_two_places(size: int) -> None:
    conv = BandConv(Spectral(size, 5, WAVES, [0.0] * 5, [1.0] * 5), dim=16)
    one = torch.randn(1, 5, size, size)
    assert conv.train()(one).isfinite().all()  # a single row has statistics of its places


def test_bands_without_wavelengths_are_known_by_their_place() -> None:
    torch.manual_seed(0)
    embed = BandEmbedding(None, 5, 2, 16).double()
    values = pixels()
    assert not torch.allclose(embed(tokens(values[:, ORDER])), embed(tokens(values)))
    assert any(name.endswith("codes") for name, _ in embed.named_parameters())
