"""Mixtures of samples of one chunk, drawn by key."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.views.draw import Draw


def partners(draw: Draw, present: Tensor) -> Tensor:
    """Whom each sample is mixed with: `(B,)` int64, the next one in the order of its draw, the last with the first.

    Nobody is mixed with itself unless alone, and everybody is a partner once. The order of rows does not matter; who
    is in the chunk does.

    Args:
        draw: keyed draws of the chunk's B samples.
        present: `(B,)` bool; absent samples are nobody's partner, and have themselves.
    """
    order = draw.bits("partner").masked_fill(~present, torch.iinfo(torch.int64).max).argsort(stable=True)
    order = order[: int(present.sum())]
    partner = torch.arange(len(present), device=present.device)
    partner[order] = order.roll(-1)
    return partner
