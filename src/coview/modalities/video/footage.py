"""What was read of a video, and clips of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from coview.modalities.image.resize import fit_square, shrink, to_channels


@dataclass(frozen=True)
class Footage:
    """Frames and when each comes on screen.

    Args:
        frames: `(T, C, H, W)` uint8, C 1 or 3.
        times: `(T,)` seconds from the begin, ascending; the first is 0 or less.
        seconds: until the last frame leaves the screen.
        more: whether it goes on, and the rest was not read.
    """

    frames: Tensor
    times: np.ndarray
    seconds: float
    more: bool = False

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.frames.nbytes

    def clip(self, count: int, seconds: float, channels: int, size: int) -> Tensor:
        """What is on screen at `count` even times of the first `seconds`, centre squares: `(count, C, S, S)` uint8.

        The last frame stays where the footage ends before. Grey is repeated, colours are weighed to grey.
        """
        times = np.arange(count) * (seconds / count)
        at = np.searchsorted(self.times, times + 1e-6, side="right") - 1
        shown, back = np.unique(at.clip(0), return_inverse=True)
        return _recoloured(fit_square(self.frames[shown].flatten(0, 1), size), len(shown), channels)[back]


class Moments:
    """Mean and deviation of channels over clips, of four frames each."""

    def __init__(self) -> None:
        self.colour: list[Tensor] = []
        self.grey: list[Tensor] = []

    def add(self, item: Footage) -> None:
        """Takes in a clip, as it is and in grey."""
        count = len(item.frames)
        frames = item.frames[[i * (count - 1) // 3 for i in range(4)]]
        pixels = shrink(frames.float(), 32).div_(255)
        channels = pixels.transpose(0, 1).flatten(1).double()
        both = torch.stack([channels.mean(1), channels.square().mean(1)])
        self.colour.append(both.expand(2, 3))
        grey = _recoloured(pixels.mul(255).round().byte().flatten(0, 1), 4, 1).double() / 255
        self.grey.append(torch.stack([grey.mean(), grey.square().mean()])[:, None])

    def of(self, channels: int) -> tuple[list[float], list[float]]:
        """Mean and deviation of each of 1 or 3 channels."""
        total = torch.stack(self.grey if channels == 1 else self.colour).mean(0)
        deviation = (total[1] - total[0].square()).clamp_min(0).sqrt().clamp_min(0.05)
        return total[0].tolist(), deviation.tolist()


def _recoloured(frames: Tensor, count: int, channels: int) -> Tensor:
    """`(count * c, H, W)` uint8 -> `(count, channels, H, W)`."""
    by_channel = frames.unflatten(0, (count, -1)).transpose(0, 1)
    fitted = to_channels(by_channel.flatten(2), channels)
    assert fitted is not None
    return fitted.unflatten(2, by_channel.shape[2:]).transpose(0, 1)
