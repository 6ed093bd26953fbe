"""Raw series: arrays, lists and `.npy` files, as arrays in which a missing value is NaN."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from coview.modalities.base import BadSample
from coview.modalities.cells import MOST
from coview.modalities.npy import load_npy

LEAST = 2
"""Times a series has at least: one value alone has no course."""


class Layout(StrEnum):
    """Which axis of a two-dimensional array is time.

    - `time-channels`: the first, `(S, C)`.
    - `channels-time`: the second, `(C, S)`.
    """

    TIME_CHANNELS = "time-channels"
    CHANNELS_TIME = "channels-time"


def read_series(raw: Any) -> np.ndarray:
    """An array or list `(S,)`, `(S, C)` or `(C, S)`, or the path of a `.npy` file, as float32 or float64.

    NaN, None and masked entries are missing values.

    Raises:
        BadSample: empty, not numbers, of more than two axes, infinite or beyond what float32 holds somewhere, or
            nothing of it is there.
    """
    if isinstance(raw, str | os.PathLike):
        raw = _load(Path(raw))
    if isinstance(raw, np.ma.MaskedArray):
        raw = np.ma.filled(raw.astype(np.float64), np.nan)
    try:
        values = np.asarray(raw)
        if values.dtype.kind not in "biuf":
            values = values.astype(np.float64) if values.dtype.kind == "O" else _refused(raw, values)
    except (ValueError, TypeError) as error:
        raise BadSample(f"is no array of numbers: {str(error).splitlines()[0]}") from None
    if values.ndim not in (1, 2):
        raise BadSample(f"has shape {values.shape}; a series is (times,), or (times, channels)")
    if not values.size:
        raise BadSample("is empty (0 times)")
    if values.dtype.kind == "f" and values.dtype.itemsize > 4:
        with np.errstate(over="ignore"):
            values = values.astype(np.float64)
        _check_held(values)
    else:
        values = values.astype(np.float32)
    if np.isinf(values).any():
        raise BadSample("has values that are infinite; missing ones are NaN")
    if np.isnan(values).all():
        raise BadSample("has no value that is there")
    return values


def _check_held(values: np.ndarray) -> None:
    """Raises BadSample where a number is finite and too large for float32."""
    far = values[(np.abs(values) > MOST) & np.isfinite(values)]
    if len(far):
        raise BadSample(f"has the value {far[0]:g}, beyond what float32 holds (3.4e38); give it in a larger unit")


def oriented(values: np.ndarray, layout: Layout) -> np.ndarray:
    """The series as `(S, C)`, without the times at its end at which no channel has a value (padding)."""
    if values.ndim == 1:
        values = values[:, None]
    elif layout is Layout.CHANNELS_TIME:
        values = values.T
    there = np.flatnonzero(~np.isnan(values).all(axis=1))
    return values[: int(there[-1]) + 1] if len(there) else values[:0]


def beyond(values: np.ndarray, mean: np.ndarray, std: np.ndarray) -> float | None:
    """The first value of a series `(S, C)` that float32 does not hold in units of `std (C,)` from `mean (C,)`."""
    far = values[np.abs(values - mean) > MOST * std]
    return float(far.flat[0]) if far.size else None


def _load(path: Path) -> np.ndarray:
    if path.suffix.lower() != ".npy":
        raise BadSample(f"is a {path.suffix or 'nameless'} file; a series is an array, or a .npy file")
    return load_npy(path)


def _refused(raw: Any, values: np.ndarray) -> np.ndarray:
    raise BadSample(f"is {type(raw).__name__} of {values.dtype}, not numbers")
