"""Mixtures of samples of one chunk, drawn by key."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import View
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


def mixup(view: View, partner: Tensor, share: Tensor) -> View:
    """Each sample laid over its partner: `share * own + (1 - share) * partner's`, in all of its looks.

    Source: mixup (Zhang et al. 2018); a share uniform in [0, 1) is their Beta(1, 1): `draw("share")`.

    Args:
        view: prepared `(B, V, ...)` float; looks without length.
        partner: `(B,)` int64 rows.
        share: `(B,)` of the sample's own, from 0 to 1.

    Returns:
        The mixtures, there where both are, with `params` `partner` and `share` added.
    """
    weight = share.to(view.value.dtype).view(-1, *[1] * (view.value.ndim - 1))
    value = torch.lerp(view.value[partner], view.value, weight)
    params = {**view.params, "partner": partner, "share": share}
    return view.with_value(value, present=view.present & view.present[partner], params=params)
