"""Which band is which: wavelengths from names, and bands of one picture among those of a slot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NAMED = {
    "coastal": 443.0, "aerosol": 443.0, "blue": 490.0, "green": 560.0, "yellow": 600.0, "red": 665.0,
    "rededge": 705.0, "nir": 840.0, "swir1": 1610.0, "swir2": 2200.0, "swir": 1610.0, "thermal": 10_900.0,
}  # fmt: skip
"""Centres of bands by their usual names, nm."""

SHARE = 0.05
"""Bands whose centres differ by less than this share are one: blue of Landsat (482 nm) and of Sentinel-2 (490 nm)."""


def named(name: str | None) -> float | None:
    """The wavelength that a band's name says, in nm: `red`, `NIR`, `swir_1`, `B4 665nm`, `0.842 um`."""
    if not name:
        return None
    lower = name.lower()
    told = re.search(r"(\d+(?:\.\d+)?)\s*(nm|nanomet|um|µm|μm|micromet)", lower)
    if told:
        return float(told[1]) * (1.0 if told[2].startswith("n") else 1000.0)
    return NAMED.get(re.sub(r"[^a-z0-9]", "", lower))


def nanometres(wavelengths: Iterable[float]) -> tuple[float, ...]:
    """Wavelengths in nm; numbers below 100 are micrometres, as most sensors have them."""
    return tuple(float(w) * (1000.0 if w < 100 else 1.0) for w in wavelengths)


def union(sets: Iterable[Sequence[float]]) -> tuple[float, ...]:
    """The bands of several sensors, ascending, those of about one centre joined at the first one's."""
    found: list[float] = []
    for wavelengths in sets:
        for w in wavelengths:
            if not any(alike(w, known) for known in found):
                found.append(float(w))
    return tuple(sorted(found))


def alike(a: float, b: float) -> bool:
    """Whether two centres are one band's."""
    return abs(a - b) <= SHARE * max(a, b)


def match(have: Sequence[float], wanted: Sequence[float]) -> list[int | None]:
    """For each band wanted the place of the nearest of those that are there, or None where none is alike.

    No band is taken twice.
    """
    pairs = sorted((abs(h - w), j, i) for j, w in enumerate(wanted) for i, h in enumerate(have) if alike(h, w))
    found: list[int | None] = [None] * len(wanted)
    used: set[int] = set()
    for _, j, i in pairs:
        if found[j] is None and i not in used:
            found[j] = i
            used.add(i)
    return found
