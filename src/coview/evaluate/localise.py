"""Localisation: whether what a slot says is found at the right place in another."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import HeatMap
from coview.data.source import Data
from coview.evaluate.embed import evaluating
from coview.methods.base import Method


def locate_data(method: Method, data: Data, rows: Tensor, *, batch_size: int = 256) -> list[HeatMap]:
    """What a method finds where in some samples, on the CPU; empty for methods that locate nothing.

    Args:
        method: its modes are restored.
        data: all samples.
        rows: `(n,)` those asked about.
        batch_size: samples at a time.
    """
    device = next((p.device for p in method.parameters()), torch.device("cpu"))
    with evaluating(method), torch.inference_mode():
        parts = [method.maps(data.batch(some).to(device)) for some in rows.split(batch_size)]
    return [
        HeatMap(
            same[0].slot,
            same[0].asked,
            torch.cat([each.values.float().cpu() for each in same]).clone(),
            torch.cat([each.present.cpu() for each in same]).clone(),
        )
        for same in zip(*parts, strict=True)
    ]


def tile_hits(values: Tensor, tile: Tensor, across: int, down: int) -> Tensor:
    """Whether each map is greatest in the right tile of a picture cut into tiles; equal maxima share the hit.

    Args:
        values: `(N, H, W)` maps, H a multiple of `down` and W of `across`.
        tile: `(N,)` int64, the right one, counted row by row.
        across, down: tiles side by side and one under another.

    Returns:
        `(N,)` from 0 to 1. A map that is the same everywhere has its chance, 1 / (across * down).

    Raises:
        ValueError: the grid cannot be cut into these tiles.
    """
    n, height, width = values.shape
    if height % down or width % across:
        raise ValueError(f"a grid of {height} x {width} cannot be cut into {down} x {across} tiles")
    best = values == values.amax((1, 2), keepdim=True)
    by_tile = best.view(n, down, height // down, across, width // across).sum((2, 4)).flatten(1)
    return by_tile.gather(1, tile[:, None])[:, 0] / by_tile.sum(1)
