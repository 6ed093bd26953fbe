"""Volumes to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

_SIDE, _GAP = 96, 4
_NOTHING = 255


def slices(values: Tensor) -> Image.Image:
    """The three planes through the middle of the first channel, by the volume's own range; white where nothing is.

    Args:
        values: `(C, D, H, W)`.
    """
    volume = values[0].float().cpu().numpy()
    known = volume[np.isfinite(volume)]
    low, high = np.percentile(known, [1, 99.5]) if len(known) else (0.0, 1.0)
    middle = [n // 2 for n in volume.shape]
    planes = [volume[:, :, middle[2]], volume[:, middle[1], :], volume[middle[0], :, :]]
    canvas = Image.new("RGB", (3 * _SIDE + 2 * _GAP, _SIDE), "white")
    for i, plane in enumerate(planes):
        level = np.clip((np.nan_to_num(plane, nan=low) - low) / max(float(high - low), 1e-6), 0, 1)
        grey = np.where(np.isfinite(plane), np.rint(level * 255), _NOTHING).astype(np.uint8)
        upright = np.ascontiguousarray(grey.T[::-1])  # the second axis of a plane runs up
        canvas.paste(Image.fromarray(upright).resize((_SIDE, _SIDE), Image.Resampling.NEAREST), (i * (_SIDE + _GAP), 0))
    return canvas
