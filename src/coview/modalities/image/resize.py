"""Pictures of any size brought to one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.color import LUMA


def fit_square(picture: Tensor, size: int) -> Tensor:
    """The centre square of a picture at `size`, antialiased: `(C, H, W)` uint8 -> `(C, size, size)` uint8.

    Equal to resizing the shorter side and cropping the centre, and cheap for pictures of any shape.
    """
    height, width = picture.shape[1:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = picture[:, top : top + side, left : left + side]
    if side == size:
        return square
    return F.interpolate(square[None], size=(size, size), mode="bilinear", antialias=True)[0]


def to_channels(picture: Tensor, channels: int) -> Tensor | None:
    """A picture with as many channels as asked for: grey is repeated, RGB weighed to grey; None where neither is so."""
    have = len(picture)
    if have == channels:
        return picture
    if have == 1:
        return picture.expand(channels, -1, -1)
    if have == 3 and channels == 1:
        weight = torch.tensor(LUMA)[:, None, None]
        return (picture * weight).sum(0, keepdim=True).round().to(torch.uint8)
    return None


def shrink(pixels: Tensor, most: int) -> Tensor:
    """`(N, C, H, W)` float brought to at most `most` pixels a side, antialiased."""
    height, width = pixels.shape[2:]
    if max(height, width) <= most:
        return pixels
    return F.interpolate(pixels, size=(min(height, most), min(width, most)), mode="bilinear", antialias=True)


def square_notes(height: int, width: int) -> list[str]:
    """What is to be noted of a picture of which its centre square is read, see `Modality.notes`."""
    left = max(height, width) > 2 * min(height, width)
    return ["read at the middle square alone, less than half of each"] if left else []
