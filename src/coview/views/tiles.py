"""Work on a part of the samples at a time, where intermediate values are large."""

from __future__ import annotations

from collections.abc import Callable

import torch

from coview.batch import View

CPU_NUMBERS = 1 << 22
DEVICE_NUMBERS = 1 << 25
"""Numbers of a view's value that go through at a time: fewer, and threads wait for each other more than they work."""


def by_tiles(look: Callable[[View, slice], View], view: View, numbers: int | None = None) -> View:
    """What `look` says of all samples, asked a part at a time: in bounded memory.

    Equal to asking once, because draws are keyed by sample and looks read their own sample only.

    Args:
        look: some samples of the view, and which they are -> a view of the same samples.
        view: any view with a dense value.
        numbers: that go through for each sample; default those of its value.
    """
    most = CPU_NUMBERS if view.present.device.type == "cpu" else DEVICE_NUMBERS
    each = view.value[:1].numel() if numbers is None else numbers
    rows = max(1, most // max(1, each))
    if rows >= len(view):
        return look(view, slice(None))
    tiles = [look(view[first : first + rows], slice(first, first + rows)) for first in range(0, len(view), rows)]
    lengths = [tile.length for tile in tiles if tile.length is not None]
    return View(
        torch.cat([tile.value for tile in tiles]),
        view.modality,
        torch.cat([tile.present for tile in tiles]),
        torch.cat(lengths) if lengths else None,
        {name: torch.cat([tile.params[name] for tile in tiles]) for name in tiles[0].params},
    )
