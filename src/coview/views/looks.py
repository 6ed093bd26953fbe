"""Positive pairs: which looks of a sample are held to say the same."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor

from coview.batch import View
from coview.modalities.base import Modality
from coview.views.draw import Draw
from coview.views.order import ascending


class Positives(StrEnum):
    """Where the looks of a pair come from.

    - `auto`: different natural views, each augmented, where the sample has as many as asked for; else
      augmentations of those it has.
    - `natural`: different natural views, prepared without augmentation; a sample with too few is absent.
    - `augment`: augmentations of one natural view, drawn anew at each step.
    """

    AUTO = "auto"
    NATURAL = "natural"
    AUGMENT = "augment"


def choose(present: Tensor, draw: Draw, n: int, positives: Positives = Positives.AUTO) -> tuple[Tensor, Tensor]:
    """Which natural views make a sample's n looks, drawn by key.

    Args:
        present: `(B, V)` bool.
        draw: keyed draws.
        n: looks.
        positives: the policy.

    Returns:
        Positions `(B, n)` along V, and which looks are there, `(B, n)` bool.
    """
    v = present.shape[1]
    turn = torch.arange(n, device=present.device)[None].expand(len(present), n)
    if v == 1 and positives is not Positives.NATURAL:
        return torch.zeros_like(turn), present.expand(-1, n)
    rank = draw("natural view", v).masked_fill(~present, 2.0)
    order = ascending(rank)  # the present ones first, in random order
    count = present.sum(1, keepdim=True)
    match positives:
        case Positives.AUGMENT:
            at, there = torch.zeros_like(turn), count > 0
        case Positives.NATURAL:
            at, there = turn.clamp_max(v - 1), count > turn
        case Positives.AUTO:
            at, there = turn % count.clamp_min(1), count > 0
    return order.gather(1, at), there.expand(-1, n)


def looks(view: View, modality: Modality, draw: Draw, n: int = 2, positives: Positives = Positives.AUTO) -> View:
    """Takes n looks at each sample that are to agree: `(B, V, ...)` stored -> `(B, n, ...)` prepared.

    Args:
        view: a slot's natural views, stored.
        modality: the slot's.
        draw: keyed draws.
        n: looks.
        positives: the policy.
    """
    at, there = choose(view.present, draw, n, positives)
    chosen = _repeated(view, n) if view.width == 1 and isinstance(view.value, Tensor) else view.pick(at)
    chosen = chosen.with_value(chosen.value, present=chosen.present & there)
    return modality.prepare(chosen) if positives is Positives.NATURAL else modality.augment(chosen, draw / "augment")


def _repeated(view: View, n: int) -> View:
    """The only natural view n times, without a copy."""

    def again(x: Tensor) -> Tensor:
        return x.expand(-1, n, *x.shape[2:])

    length = None if view.length is None else again(view.length)
    params = {name: again(p) if p.ndim > 1 and p.shape[1] == 1 else p for name, p in view.params.items()}
    return View(again(view.value), view.modality, again(view.present), length, params)
