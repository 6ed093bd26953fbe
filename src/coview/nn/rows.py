"""What networks do with the rows `(N, ...)` that an encoder gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from coview.batch import View

if TYPE_CHECKING:
    from coview.modalities.base import Modality


def as_view(value: Tensor, length: Tensor | None, modality: Modality) -> View:
    """Rows as the views of one slot, each alone in its sample, for what a modality does with views: `(N, 1, ...)`."""
    present = torch.ones(len(value), 1, dtype=torch.bool, device=value.device)
    return View(value[:, None], modality.name, present, None if length is None else length[:, None])


def trim(value: Tensor, length: Tensor | None) -> Tensor:
    """Rows without the positions that none of them has, which need not be computed: `(N, T, ...)` -> `(N, S, ...)`."""
    return value if length is None or not len(length) else value[:, : max(1, int(length.max()))]


def unread(masked: Tensor | None, keep: Tensor | None, keep_valid: Tensor | None, shape: torch.Size) -> Tensor | None:
    """Which tokens a network that needs all of them in their places is to read as hidden: `(N, T)` bool, None for none.

    Args:
        masked: `(N, T)` bool, those to hide, or None.
        keep: `(N, K)` int64, the only ones to read, or None for all.
        keep_valid: `(N, K)` bool, which of these count, or None for all.
        shape: `(N, T)`.
    """
    if keep is None:
        return masked
    counts = torch.ones_like(keep) if keep_valid is None else keep_valid.long()
    read = torch.zeros(shape, dtype=torch.int64, device=keep.device).scatter_add_(1, keep, counts) > 0
    return ~read if masked is None else ~read | masked


def pick(tokens: Tensor, keep: Tensor | None) -> Tensor:
    """The tokens, or points, that are kept: `(N, T, D)`, `(N, K)` int64 -> `(N, K, D)`; all where `keep` is None."""
    return tokens if keep is None else tokens.gather(1, keep[..., None].expand(-1, -1, tokens.shape[2]))


def pick_valid(valid: Tensor | None, keep: Tensor | None, keep_valid: Tensor | None) -> Tensor | None:
    """Which of the kept tokens count: those that are both valid `(N, T)` and kept `(N, K)`; None where all do."""
    kept = valid if valid is None or keep is None else valid.gather(1, keep)
    return keep_valid if kept is None else kept if keep_valid is None else kept & keep_valid
