"""Multi-crop: few looks at much of a sample, many small looks at little of it."""

from __future__ import annotations

from coview.batch import View
from coview.modalities.base import Modality
from coview.views.draw import Draw
from coview.views.looks import Positives, choose

LOCAL_SIZE = 0.5
"""Extent of a local crop along each axis, as a share of a global one's (SwAV: 96 of 224 pixels)."""


def multi_crop(
    view: View,
    modality: Modality,
    draw: Draw,
    *,
    n_global: int = 2,
    n_local: int = 4,
    global_scale: tuple[float, float] = (0.25, 1.0),
    local_scale: tuple[float, float] = (0.05, 0.25),
    positives: Positives = Positives.AUTO,
) -> tuple[View, View]:
    """Global and local crops of each sample, each group of one size: one pass of the encoder a group.

    Source: SwAV (Caron et al. 2020, section 3.4). A sample's natural views are dealt to the looks in turn, globals
    first, as `looks.choose` orders them: two globals are of two natural views where there are two.

    Args:
        view: a slot's natural views, stored, `(B, V, ...)`.
        modality: the slot's.
        draw: keyed draws.
        n_global: global crops.
        n_local: local crops; 0 gives a view of none.
        global_scale: least and greatest share of the whole in a global crop.
        local_scale: the same for local ones.
        positives: where the looks come from. `natural` asks for `n_global` natural views and crops those; a sample
            with fewer is absent.

    Returns:
        Prepared views `(B, n_global, ...)` and `(B, n_local, ...)`.
    """
    every = n_global + n_local
    if positives is Positives.NATURAL:
        at, there = choose(view.present, draw, n_global, positives)
        turn = [i % n_global for i in range(every)]
        at, there = at[:, turn], there.all(1, keepdim=True).expand(-1, every)
    else:
        at, there = choose(view.present, draw, every, positives)
    chosen = view.pick(at)
    chosen = chosen.with_value(chosen.value, present=chosen.present & there)
    whole, part = chosen.pick(slice(0, n_global)), chosen.pick(slice(n_global, every))
    return (
        modality.crop(whole, draw / "global", scale=global_scale),
        modality.crop(part, draw / "local", scale=local_scale, size=LOCAL_SIZE) if n_local else part,
    )
