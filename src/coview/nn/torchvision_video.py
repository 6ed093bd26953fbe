"""torchvision's networks for videos as encoders, by name, with untrained weights."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from coview.errors import UserError

if TYPE_CHECKING:
    from coview.modalities.video import Video

_HEADS = {"VideoResNet": "fc", "S3D": "classifier", "SwinTransformer3d": "head", "MViT": "head"}


def check(name: str) -> None:
    """Raises UserError where torchvision has no such model, and says which it has."""
    from torchvision import models

    known = models.list_models(models.video)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise UserError(f"torchvision has no video model {name!r}; {hint}")


def build(name: str, modality: Video, **options: Any) -> nn.Module:
    """A model of `torchvision.models.video` without its classifier.

    Args:
        name: as `torchvision.models.list_models(torchvision.models.video)` has it.
        modality: gives frames, size and channels.
        options: what the model takes besides.

    Raises:
        UserError: there is no such model, or it cannot read clips of this size.
    """
    from torchvision import models

    check(name)
    try:
        return TorchvisionVideo(models.get_model(name, weights=None, **options), modality)
    except (AssertionError, IndexError, RuntimeError, TypeError, ValueError) as error:
        shape = f"{modality.frames} frames of {modality.size} x {modality.size}"
        reason = str(error).strip().splitlines()[0][:120]
        raise UserError(f"torchvision:{name} cannot be made for clips of {shape}: {reason}") from error


class TorchvisionVideo(nn.Module):
    """A torchvision model's pooled features; grey clips are read as coloured ones.

    Args:
        net: with its classifier, which is taken off.
        modality: gives frames and size.
    """

    def __init__(self, net: nn.Module, modality: Video) -> None:
        super().__init__()
        setattr(net, _HEADS[type(net).__name__], nn.Identity())
        self.net = net
        shape = (1, modality.frames, modality.channels, modality.size, modality.size)
        with torch.no_grad():
            self.dim: int = self.eval()(torch.zeros(shape)).shape[1]
        self.train()

    def forward(self, value: Tensor) -> Tensor:
        """`(N, T, C, H, W)` prepared -> `(N, D)`."""
        n, frames, _, height, width = value.shape
        clips = value.transpose(1, 2).expand(n, 3, frames, height, width)
        return self.net(clips).flatten(1)
