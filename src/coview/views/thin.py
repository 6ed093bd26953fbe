"""Some events of a sequence left out, the others moved together."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.time import take_span


def draw_kept(draw: Draw, count: Tensor, extent: int, probability: float) -> Tensor:
    """Which positions stay, `(B, V, T)` bool: each is left out with a probability, one that is drawn always stays.

    Args:
        draw: keyed draws.
        count: `(B, V)` int64 valid positions.
        extent: T.
        probability: of each position.
    """
    views = count.shape[1]
    spared = (draw("spared event", views) * count).long().minimum((count - 1).clamp_min(0))
    kept = ~draw.chance("event dropout", probability, views, extent)
    return kept.scatter(2, spared[..., None], True) & (torch.arange(extent, device=count.device) < count[..., None])


def thin(value: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
    """What stays, moved to the front: `(B, V, T, ...)` with zeros after it, and how many, `(B, V)`."""
    order = kept.byte().argsort(dim=2, descending=True, stable=True)
    order = order.view(*order.shape, *[1] * (value.ndim - 3)).expand_as(value)
    length = kept.sum(2)
    return take_span(value.gather(2, order), torch.zeros_like(length), length, value.shape[2]), length


def merge_gaps(gaps: Tensor, kept: Tensor) -> Tensor:
    """Gaps to the event before, once some events are left out: those of the events between are added.

    The first event that stays keeps its gap to the one before it. A sum with an unknown gap (NaN) is unknown.

    Args:
        gaps: `(B, V, T)`.
        kept: `(B, V, T)` bool.

    Returns:
        `(B, V, T)`; meant to be read where kept.
    """
    unknown = gaps.isnan()
    waited = torch.where(unknown, 0, gaps).double().cumsum(2)
    missed = unknown.cumsum(2)
    at = torch.arange(gaps.shape[2], device=gaps.device)
    before = torch.where(kept, at, -1).cummax(2).values.roll(1, 2)
    before[..., 0] = -1
    since = (waited - waited.gather(2, before.clamp_min(0))).to(gaps.dtype)
    since = since.masked_fill(missed > missed.gather(2, before.clamp_min(0)), torch.nan)
    return torch.where(before < 0, gaps, since)
