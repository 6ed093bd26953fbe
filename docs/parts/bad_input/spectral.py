"""Rasters of four bands."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused

_WAVES = (490.0, 560.0, 665.0, 840.0)
_VALUES = [np.random.default_rng(n).normal(size=(4, 8, 8)) for n in range(4)]
_OTHER = np.random.default_rng(9).normal(size=(7, 8, 8))
_HOLED = _VALUES[0].copy()
_HOLED[:, :3, :3] = np.nan
GOOD = [(values, _WAVES) for values in _VALUES]

CASES: dict[str, Case] = {
    "one pixel": Bad((_OTHER[:4, :1, :1], _WAVES)),
    "another number of bands, without wavelengths": Bad(_OTHER),
    "none of the bands": Bad((_OTHER[:1], (10_900.0,))),
    "as many wavelengths as there are not bands": Bad((_OTHER[:3], _WAVES)),
    "an infinite value": Bad((np.full((4, 8, 8), np.inf), _WAVES)),
    "one value everywhere": Bad((np.ones((4, 8, 8)), _WAVES)),
    "no data at all": Bad((np.full((4, 8, 8), np.nan), _WAVES)),
    "a file that is no raster": Bad(b"no raster"),
    "no data in any raster": Refused([np.full((4, 8, 8), np.nan)] * 4),
    "pixels without data": Kept(
        (_HOLED, _WAVES), "missing, never filled in", lambda m, v: v.value.isnan().sum() == 4 * 9
    ),
    "fewer bands, or in another order": Kept(
        (_VALUES[0][[3, 1]], (840.0, 560.0)),
        "each to its place; the rest missing",
        lambda m, v: (
            v.value.isnan().all(-1).all(-1).flatten().tolist() == [True, False, True, False]
            and abs(float(v.value[0, 0, 3].mean() * m.std[3] + m.mean[3]) - _VALUES[0][3].mean()) < 1e-2
        ),
    ),
    "a band of one value": Kept(
        (np.concatenate([_VALUES[0][:3], np.ones((1, 8, 8))]), _WAVES),
        "as it is",
        lambda m, v: v.value[0, 0, 3].std() == 0,
    ),
}
