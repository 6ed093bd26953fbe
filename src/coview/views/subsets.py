"""Random subsets of tokens: T-JEPA's context and targets."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.views.draw import Draw
from coview.views.masks import lowest


def subsets(
    draw: Draw, tokens: int, targets: int, *, context_share: float, target_share: float, valid: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """A random subset of each look's tokens as context, and several of the rest as targets, which may overlap.

    Args:
        draw: keyed draws of B samples.
        tokens: T.
        targets: subsets of the rest.
        context_share: of the valid tokens; the context holds at least one and leaves at least one.
        target_share: of the valid tokens in each target; at least one, at most what the context leaves.
        valid: `(B, 1, T)` bool, the tokens that are not padding, or None where all are.

    Returns:
        The context `(B, 1, T)` and the targets `(B, 1, targets, T)`, bool. A look of one token has no target.
    """
    there = torch.ones(len(draw.key), 1, tokens, dtype=torch.bool, device=draw.key.device) if valid is None else valid
    have = there.sum(-1, keepdim=True)
    reads = (have * context_share).round().long().clamp_min(1).minimum((have - 1).clamp_min(1))
    context = lowest(draw("context", 1, tokens).masked_fill(~there, 2.0), reads) & there
    rest = (there & ~context)[:, :, None]
    asks = (have * target_share).round().long().clamp_min(1)[:, :, None].minimum(rest.sum(-1, keepdim=True))
    return context, lowest(draw("targets", 1, targets, tokens).masked_fill(~rest, 2.0), asks)
