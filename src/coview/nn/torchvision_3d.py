"""torchvision's networks for videos as encoders of clips and of volumes, by name, with untrained weights."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from coview.errors import UserError

if TYPE_CHECKING:
    from coview.modalities.video import Video
    from coview.modalities.volume import Volume

_HEADS = {"VideoResNet": "fc", "S3D": "classifier", "SwinTransformer3d": "head", "MViT": "head"}


def check(name: str) -> None:
    """Raises UserError where torchvision has no such model, and says which it has."""
    from torchvision import models

    known = models.list_models(models.video)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise UserError(f"torchvision has no video model {name!r}; {hint}")


def build(name: str, modality: Video | Volume, **options: Any) -> nn.Module:
    """A model of `torchvision.models.video` without its classifier, of as many channels as the slot has.

    Volumes are read as clips are, depth for time.

    Args:
        name: as `torchvision.models.list_models(torchvision.models.video)` has it.
        modality: gives extents and channels.
        options: what the model takes besides.

    Raises:
        UserError: there is no such model, or it cannot read clips or volumes of this size.
    """
    from torchvision import models

    check(name)
    frames = getattr(modality, "frames", None)
    extents = (frames or modality.size, modality.size, modality.size)
    kind = Volumes if frames is None else Clips
    try:
        return kind(models.get_model(name, weights=None, **options), modality.channels, extents)
    except (AssertionError, IndexError, RuntimeError, TypeError, ValueError) as error:
        side = f"{modality.size} x {modality.size}"
        shape = f"clips of {frames} frames of {side}" if frames else f"volumes of {modality.size} x {side}"
        reason = str(error).strip().splitlines()[0][:120]
        raise UserError(f"torchvision:{name} cannot be made for {shape}: {reason}") from error


class Torchvision3d(nn.Module):
    """A torchvision model's pooled features.

    Args:
        net: with its classifier, which is taken off, and a first convolution of three channels, which is made anew.
        channels: C.
        extents: of the three axes.
    """

    def __init__(self, net: nn.Module, channels: int, extents: tuple[int, int, int]) -> None:
        super().__init__()
        setattr(net, _HEADS[type(net).__name__], nn.Identity())
        _take_channels(net, channels)
        self.net = net
        self.eval()
        with torch.no_grad():
            self.dim: int = self.read(torch.zeros(1, channels, *extents)).shape[1]
        self.train()

    def read(self, maps: Tensor) -> Tensor:
        """`(N, C, D, H, W)` -> `(N, D)`."""
        return self.net(maps).flatten(1)


class Clips(Torchvision3d):
    """See `Torchvision3d`."""

    def forward(self, value: Tensor) -> Tensor:
        """`(N, T, C, H, W)` prepared -> `(N, D)`."""
        return self.read(value.transpose(1, 2))


class Volumes(Torchvision3d):
    """See `Torchvision3d`."""

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, D, H, W)` prepared, NaN where there is nothing, which is read as the mean -> `(N, D)`."""
        return self.read(value.nan_to_num(0))


def _take_channels(net: nn.Module, channels: int) -> None:
    """Has a network's first convolution read C channels."""
    name, conv = next((name, module) for name, module in net.named_modules() if isinstance(module, nn.Conv3d))
    if conv.in_channels == channels:
        return
    how: dict[str, Any] = {option: getattr(conv, option) for option in ("kernel_size", "stride", "padding")}
    parent, _, place = name.rpartition(".")
    wider = nn.Conv3d(channels, conv.out_channels, **how, bias=conv.bias is not None)
    setattr(net.get_submodule(parent), place, wider)
