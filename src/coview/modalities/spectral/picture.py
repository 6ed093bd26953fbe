"""Spectral pictures in false colours."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

from coview.modalities.spectral.bands import match

_SHOWN = (665.0, 560.0, 490.0)
_GROUND = 235


def composite(values: Tensor, wavelengths: tuple[float, ...] | None) -> Image.Image:
    """Red, green and blue where those bands are there, else the first three bands (or the first alone, in grey).

    Args:
        values: `(C, H, W)`, standardised, NaN where there is no data: light grey.
        wavelengths: of the bands.
    """
    array = values.float().cpu().numpy()
    there = [i for i in range(len(array)) if np.isfinite(array[i]).any()]
    if not there:
        return Image.new("RGB", (array.shape[2], array.shape[1]), (_GROUND,) * 3)
    chosen = [i for i in match(wavelengths, _SHOWN) if i is not None and i in there] if wavelengths else []
    if len(chosen) < 3:
        chosen = there[:3] if len(there) >= 3 else [there[0]] * 3
    seen = array[chosen]
    known = seen[np.isfinite(seen)]
    low, high = np.percentile(known, [2, 98])
    level = np.clip((np.nan_to_num(seen, nan=float(low)) - low) / max(float(high - low), 1e-6), 0, 1)
    pixels = np.where(np.isfinite(seen), np.rint(level * 255), _GROUND).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
