"""Where a method finds in a picture what another slot says, drawn over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from coview.data.source import Data
from coview.evaluate.localise import locate_data
from coview.methods.base import Method
from coview.use.neighbours import Side, spread_evenly
from coview.use.pictures import PAPER, on_paper
from coview.use.strip import thing

DRAWN = 192
"""Pixels of the longer side of a picture with a map over it."""


@dataclass(frozen=True)
class Located:
    """One sample: its row, what was asked, the picture, and the picture with the map over it."""

    row: int
    said: Any
    picture: Image.Image
    drawn: Image.Image


def located(method: Method, data: Data, rows: Tensor, n: int = 6) -> dict[tuple[str, str], list[Located]]:
    """Maps of up to n of the rows, spread evenly by hash, for each (slot that is asked, slot that is looked at).

    Maps over other things than pictures (the grid of a text has one axis) are not drawn.
    """
    if not len(rows):
        return {}
    found: dict[tuple[str, str], list[Located]] = {}
    for many in locate_data(method, data, rows[:1]):
        if many.values.ndim != 3:
            continue
        both = data.slots[many.slot].present[rows].any(1) & data.slots[many.asked].present[rows].any(1)
        chosen = spread_evenly(data, rows[both], n)
        if not len(chosen):
            continue
        (heat,) = [h for h in locate_data(method, data, chosen) if (h.slot, h.asked) == (many.slot, many.asked)]
        drawn: list[Located] = []
        for row, values in zip(chosen.tolist(), heat.values):
            picture = thing(data, Side(many.slot), row)
            if isinstance(picture, Image.Image):
                large = _enlarged(picture)
                drawn.append(Located(row, thing(data, Side(many.asked), row), large, over(large, values)))
        if drawn:
            found[many.asked, many.slot] = drawn
    return found


def over(picture: Image.Image, values: Tensor) -> Image.Image:
    """A picture with a map over it, clear where it is least and brightest where it is greatest, which a ring marks.

    Args:
        picture: the whole that the map is of.
        values: `(H, W)`; places that are not finite count as the least.
    """
    import matplotlib

    finite = values[values.isfinite()]
    least, most = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    level = (values.nan_to_num(least, least, least) - least) / max(most - least, 1e-12)
    wide = Image.fromarray((level * 255).round().byte().numpy()).resize(picture.size, Image.Resampling.BICUBIC)
    share = np.asarray(wide, np.float32)[..., None] / 255
    colours = matplotlib.colormaps["plasma"](share[..., 0])[..., :3].astype(np.float32) * 255
    faded = 0.45 * np.asarray(on_paper(picture), np.float32) + 0.55 * colours
    seen = np.asarray(on_paper(picture), np.float32) * (1 - share) + faded * share
    drawn = Image.fromarray(seen.round().clip(0, 255).astype(np.uint8))
    if most > least:
        (rows, columns), at = values.shape, int(torch.where(values.isfinite(), values, least).argmax())
        x, y = (at % columns + 0.5) * picture.width / columns, (at // columns + 0.5) * picture.height / rows
        radius = 0.4 * min(picture.width / columns, picture.height / rows)
        ring = (x - radius, y - radius, x + radius, y + radius)
        ImageDraw.Draw(drawn).ellipse(ring, outline=PAPER, width=max(2, round(radius / 8)))
    return drawn


def _enlarged(picture: Image.Image) -> Image.Image:
    """On paper, its longer side `DRAWN` pixels; pixels of small pictures stay squares."""
    scale = DRAWN / max(picture.size)
    how = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    return on_paper(picture).resize((round(picture.width * scale), round(picture.height * scale)), how)
