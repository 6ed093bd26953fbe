"""Noise, as files and in memory."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, File, Kept, Refused

GOOD = [(np.random.default_rng(n).normal(size=1600) * 0.1, 16_000) for n in range(4)]
_NAN = GOOD[0][0].copy()
_NAN[7] = np.nan

CASES: dict[str, Case] = {
    "sound of zero bytes": File(),
    "sound without samples": File(),
    "sound of one sample": File(),
    "truncated sound": File(),
    "silent sound": File(),
    "broken sound": File(),
    "a picture named .wav": File(),
    "an array with NaN": Bad((_NAN, 16_000)),
    "an array with Inf": Bad((np.full(1600, np.inf), 16_000)),
    "a rate of 0": Bad((GOOD[0][0], 0)),
    "three axes": Bad(np.zeros((2, 3, 1600))),
    "no sound that can be read": Refused([b"these are words"] * 4),
    "stereo sound": File("the mean of its channels"),
    "sound at 96 kHz": File("resampled to the slot's rate"),
    "sound that is shorter than the others": Kept(
        (GOOD[0][0][:800], 16_000),
        "as it is, with its length; zeros after it",
        lambda m, v: v.length.item() == 800 and (v.value[0, 0, 800:] == 0).all(),
    ),
    "sound that is longer than the others": Kept(
        (np.tile(GOOD[0][0], 9), 16_000), "cut at its end", lambda m, v: v.length.item() == v.value.shape[-1]
    ),
    "an array without a rate": Kept(
        GOOD[0][0],
        "as if at the slot's rate",
        lambda m, v: m.rate == 16_000 and v.length.item() == 1600,
    ),
}
