"""Spans and masks along time: what text, audio and other sequences share."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.draw import Draw


def draw_span(
    draw: Draw, length: Tensor, scale: tuple[float, float], most: int | None = None, least: int = 1
) -> tuple[Tensor, Tensor]:
    """A random span of each look, by key.

    Args:
        draw: keyed draws.
        length: `(B, V)` int64, valid positions of each look.
        scale: least and greatest share of the length.
        most: longest span in positions, or None.
        least: shortest span in positions, where there are as many.

    Returns:
        `start` and `count`, both `(B, V)` int64; at least one position wherever there is one.
    """
    share = draw.uniform("span share", *scale, length.shape[1])
    count = (share * length).round().long().clamp_min(least).minimum(length)
    if most is not None:
        count = count.clamp_max(most)
    start = (draw("span start", length.shape[1]) * (length - count + 1)).long()
    return start.minimum(length - count), count


def take_span(value: Tensor, start: Tensor, count: Tensor, size: int) -> Tensor:
    """The spans, moved to the front: `(B, V, S, ...)` -> `(B, V, size, ...)`, zeros after each span's end.

    Args:
        value: `(B, V, S, ...)`.
        start: `(B, V)` first position.
        count: `(B, V)` positions, at most `size`.
        size: extent of the result.
    """
    rows = torch.arange(start.numel(), device=value.device)
    # Windows of a padded copy are runs of memory: several times faster than gathering position by position.
    windows = F.pad(value.flatten(0, 1), [0, 0] * (value.ndim - 3) + [0, size]).unfold(1, size, 1)
    taken = windows[rows, start.flatten()].movedim(-1, 1).unflatten(0, start.shape)
    after = torch.arange(size, device=value.device) >= count[..., None]
    return taken.masked_fill_(after.view(*after.shape, *[1] * (value.ndim - 3)), 0)


def span_share(start: Tensor, count: Tensor, length: Tensor) -> Tensor:
    """A span's begin and end as shares of the whole, `(B, V, 2)` float32."""
    whole = length.clamp_min(1).float()
    return torch.stack([start / whole, (start + count) / whole], -1)


def draw_bands(draw: Draw, name: str, extent: Tensor, n: int, widest: float) -> Tensor:
    """Bands along an axis, n of them, each up to a share `widest` of it: `(B, V, n, 2)` int64, first position and end.

    Args:
        draw: keyed draws.
        name: what is banded, part of the draws' names.
        extent: `(B, V)` int64 positions of the axis.
        n: bands.
        widest: greatest share of the axis that one band covers; the least is nothing.
    """
    v = extent.shape[1]
    whole = extent[..., None].float()
    width = draw.uniform(f"{name} width", 0, widest, v, n) * whole
    start = draw(f"{name} start", v, n) * (whole - width)
    return torch.stack([start, start + width], -1).round().long()


def in_bands(bands: Tensor, size: int) -> Tensor:
    """Which positions lie in a band: `(B, V, n, 2)` -> `(B, V, size)` bool."""
    at = torch.arange(size, device=bands.device)
    return ((at >= bands[..., :1]) & (at < bands[..., 1:])).any(2)
