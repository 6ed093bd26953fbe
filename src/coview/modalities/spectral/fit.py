"""What rasters of training have in common: bands, their mean and spread, and a size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

from coview.errors import UserError
from coview.modalities.spectral.bands import match, union
from coview.modalities.spectral.read import Raster

STATISTICS_FROM = 1_024
"""Rasters that mean and spread are taken from."""


@dataclass(frozen=True)
class Found:
    """What the data says.

    Args:
        size: median shorter side in pixels.
        wavelengths: of all bands met, ascending, or None where they are not known.
        channels: how many bands.
        mean, std: of each band over its valid pixels.
    """

    size: float
    wavelengths: tuple[float, ...] | None
    channels: int
    mean: list[float]
    std: list[float]


def survey(items: Iterable[Raster], wavelengths: tuple[float, ...] | None) -> Found:
    """Bands and statistics of rasters; wavelengths that a user named hold for those that name none.

    Raises:
        UserError: there are none, or none has as many bands as wavelengths were named.
    """
    sides: list[int] = []
    counts: Counter[int] = Counter()
    known: Counter[tuple[float, ...]] = Counter()
    kept: list[Raster] = []
    spot = np.random.default_rng(0)
    for item in items:
        sides.append(min(item.values.shape[1:]))
        counts[len(item.values)] += 1
        if item.wavelengths is not None:
            known[item.wavelengths] += 1
        if len(kept) < STATISTICS_FROM:
            kept.append(item)
        elif (at := int(spot.integers(len(sides)))) < STATISTICS_FROM:
            kept[at] = item
    if not sides:
        raise UserError("no raster could be read, and a spectral slot is fitted to at least one")
    bands = wavelengths or (union(w for w, _ in known.most_common()) if known else None)
    channels = len(bands) if bands else counts.most_common(1)[0][0]
    if bands and not known and channels not in counts:
        has = ", ".join(str(n) for n in sorted(counts))
        raise UserError(f"{channels} wavelengths were named, and the rasters have {has} bands")
    mean, std = _moments(kept, bands, channels)
    return Found(median(sides), bands, channels, mean, std)


def places(item: Raster, bands: tuple[float, ...] | None, channels: int) -> list[int | None] | None:
    """For each band of the slot its place in a raster, None where it lacks it; None alone where it does not fit."""
    if item.wavelengths is not None and bands is not None:
        found = match(item.wavelengths, bands)
        return found if any(at is not None for at in found) else None
    return list(range(channels)) if len(item.values) == channels else None


def _moments(items: list[Raster], bands: tuple[float, ...] | None, channels: int) -> tuple[list[float], list[float]]:
    total = np.zeros((3, channels))  # valid pixels, sum, sum of squares
    for item in items:
        for band, at in enumerate(places(item, bands, channels) or []):
            if at is not None:
                pixels = item.values[at][np.isfinite(item.values[at])].astype(np.float64)
                total[:, band] += len(pixels), pixels.sum(), np.square(pixels).sum()
    count = np.maximum(total[0], 1)
    mean = total[1] / count
    std = np.sqrt(np.maximum(total[2] / count - mean**2, 0))
    least = 1e-3 * std.max() if std.max() > 0 else 1.0  # a band that never changes is not blown up
    return mean.tolist(), np.maximum(std, least).tolist()
