"""Series of two channels."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused

GOOD = [np.random.default_rng(n).normal(size=(20, 2)) for n in range(4)]
_GAPS = GOOD[0].copy()
_GAPS[3:6, 0] = np.nan
_EMPTY = GOOD[0].copy()
_EMPTY[:, 1] = np.nan
_FLAT = GOOD[0].copy()
_FLAT[:, 1] = 3.0
_ALL_FLAT = [np.stack([values[:, 0], np.full(20, 3.0)], 1) for values in GOOD]
_ALL_EMPTY = [np.stack([values[:, 0], np.full(20, np.nan)], 1) for values in GOOD]

CASES: dict[str, Case] = {
    "no times": Bad(np.zeros((0, 2))),
    "one time": Bad(np.zeros((1, 2))),
    "another number of channels": Bad(np.zeros((20, 3))),
    "an infinite value": Bad(np.full((20, 2), np.inf)),
    "no value at all": Bad(np.full((20, 2), np.nan)),
    "words": Bad(["a", "b"]),
    "three axes": Bad(np.zeros((2, 3, 4))),
    "no value in the whole data": Refused([np.full((20, 2), np.nan)] * 4),
    "missing values (NaN, None, masked)": Kept(
        _GAPS,
        "missing, told to the encoder as such and never filled in",
        lambda m, v: v.value.isnan().sum() == 3 and m.prepare(v).value[0, 0, 3:6, 2].sum() == 0,
    ),
    "a channel without a value": Kept(_EMPTY, "missing at every time", lambda m, v: v.value[0, 0, :, 1].isnan().all()),
    "a channel without a value in the whole data": Kept(
        _ALL_EMPTY[0], "the same", lambda m, v: v.value[0, 0, :, 1].isnan().all(), _ALL_EMPTY
    ),
    "a channel that never moves": Kept(
        _FLAT, "as it is", lambda m, v: v.value[0, 0, :, 1].std() == 0 and v.value[0, 0, 0, 1] != 0
    ),
    "a channel that never moves in the whole data": Kept(
        _ALL_FLAT[0], "as 0, the mean", lambda m, v: (v.value[0, 0, :, 1] == 0).all(), _ALL_FLAT
    ),
    "missing times at the end": Kept(
        np.concatenate([GOOD[0][:10], np.full((5, 2), np.nan)]), "cut off", lambda m, v: v.length.item() == 10
    ),
}
