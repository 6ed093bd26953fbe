"""Looks at rows of a table: cells drawn anew, cells hidden, rows blended."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from coview.batch import View
from coview.views.draw import Draw


class Corrupted(NamedTuple):
    """Rows with some cells drawn anew.

    Args:
        value: `(B, V, C)`.
        changed: `(B, V, C)` bool, the cells that were drawn.
    """

    value: Tensor
    changed: Tensor


def corrupt(value: Tensor, marginals: Tensor, share: float, draw: Draw) -> Corrupted:
    """Each cell, with probability `share`, is replaced by a draw from its column's distribution.

    Paper: SCARF: Self-Supervised Contrastive Learning using Random Feature Corruption. Bahri, Jiang, Tay, Metzler.
    ICLR 2022. https://arxiv.org/abs/2106.15147 (algorithm 1, where a fixed number of cells is drawn). The distribution
    is the training data's and not the batch's, so that a look depends on no other row.

    Args:
        value: `(B, V, C)` stored.
        marginals: `(C, R)` stored values at evenly spaced ranks.
        share: from 0 to 1.
        draw: keyed draws of B samples.
    """
    columns, ranks = marginals.shape
    changed = draw.chance("corrupted", share, *value.shape[1:])
    rank = draw.integers("corruption", ranks, *value.shape[1:])
    at = rank.add_(torch.arange(0, columns * ranks, ranks, device=value.device))
    anew = marginals.flatten().index_select(0, at.flatten()).view_as(value)
    return Corrupted(torch.where(changed, anew, value), changed)


def shake(value: Tensor, strength: float, is_word: Tensor, draw: Draw) -> Tensor:
    """Normal noise of a standard deviation added to numbers, `(B, V, C)` stored; words stay."""
    noise = draw.normal("noise", *value.shape[1:]).to(value.dtype)
    return noise.mul_(strength * ~is_word).add_(value)


def hide(value: Tensor, share: float | Tensor, draw: Draw) -> tuple[Tensor, Tensor]:
    """Cells that are there taken for missing (NaN), each with probability `share`, but never the last of a row.

    Args:
        value: `(B, V, C)` stored.
        share: from 0 to 1, or `(B, V)`.
        draw: keyed draws of B samples.

    Returns:
        `(B, V, C)`, and which cells are hidden, bool.
    """
    order = draw("dropped", *value.shape[1:]).masked_fill(value.isnan(), -1)
    hidden = order < (share[..., None] if isinstance(share, Tensor) else share)
    hidden = hidden & (order < order.amax(-1, keepdim=True)) & (order >= 0)
    return value.masked_fill(hidden, torch.nan), hidden


def blend_columns(own: View, other: View, share: Tensor, is_word: Tensor) -> View:
    """`share * own + (1 - share) * other` of numbers; of words, a share of the columns is one's own.

    A number that only one of the two has is taken like a word. Which columns are one's own at a share follows from
    their place alone, by the golden ratio, which spreads them evenly.

    Args:
        own: prepared, `(B, V, C, 2)`.
        other: prepared, alike.
        share: `(B,)` from 0 to 1.
        is_word: `(C,)` bool.
    """
    columns = own.value.shape[2]
    place = (torch.arange(columns, device=share.device, dtype=torch.float64) * 0.6180339887498949 + 0.5) % 1
    weight = share.to(own.value.dtype)[:, None, None]
    mine = place < share[:, None, None]
    chosen = torch.where(mine[..., None], own.value, other.value)
    both = (own.value[..., 1] < 0.5) & (other.value[..., 1] < 0.5) & ~is_word.to(share.device)
    number = torch.lerp(other.value[..., 0], own.value[..., 0], weight)
    value = torch.where(both, number, chosen[..., 0])
    return own.with_value(torch.stack([value, chosen[..., 1]], -1), present=own.present & other.present)
