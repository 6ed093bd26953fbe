"""timm's networks as encoders of rasters of any number of bands, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from coview.nn import timm

if TYPE_CHECKING:
    from coview.modalities.spectral import Spectral

check = timm.check


def build(name: str, modality: Spectral, **options: Any) -> nn.Module:
    """As `timm.build`, bands for channels; what is missing is read as the band's mean.

    Unlike the modality's own networks it knows bands by their place and not by their wavelength.
    """
    net = timm.build(name, modality, **options)
    net.register_forward_pre_hook(_filled)
    return net


def _filled(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (inputs[0].nan_to_num(0), *inputs[1:])
