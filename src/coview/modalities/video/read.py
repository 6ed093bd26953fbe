"""Videos in any form as footage."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coview.modalities.base import BadSample
from coview.modalities.image.read import scaled
from coview.modalities.video.decode import decode
from coview.modalities.video.footage import Footage

UNNAMED_SECONDS = 10.0
"""How much is read of a file that was not cut into clips."""

UNNAMED_RATE = 8.0
"""Frames a second of arrays that come without a rate."""


@dataclass(frozen=True)
class Clip:
    """A stretch of a file.

    Args:
        path: of the file.
        begin: in seconds.
        seconds: how long.
    """

    path: Path
    begin: float
    seconds: float


def read_video(raw: Any) -> Footage:
    """A clip of a file, a file (its first 10 seconds), encoded bytes, or frames in an array, as footage.

    Arrays are `(T, H, W)`, `(T, H, W, C)` or `(T, C, H, W)` with C 1 or 3, numbers as of pictures; `(array, rate)`
    tells how many frames a second has, otherwise 8.

    Raises:
        BadSample: it cannot be decoded, or has fewer than two frames.
        MissingExtra: PyAV is not installed.
    """
    match raw:
        case Footage():
            return raw
        case Clip():
            return replace(decode(raw.path, raw.begin, raw.seconds), more=False)  # that is for other clips
        case str() | os.PathLike():
            return decode(Path(raw), 0.0, UNNAMED_SECONDS)
        case bytes() | bytearray() | memoryview():
            return decode(bytes(raw), 0.0, UNNAMED_SECONDS)
        case (frames, rate) if not isinstance(raw, np.ndarray | Tensor):
            return _from_array(frames, rate)
        case _:
            return _from_array(raw, UNNAMED_RATE)


def _from_array(given: Any, rate: Any) -> Footage:
    if not isinstance(rate, int | float | np.number) or not 0 < rate < 1e6:
        raise BadSample(f"has a rate of {rate!r}; frames a second are needed")
    array = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
    if array.dtype.kind not in "biuf" or array.ndim not in (3, 4) or not array.size:
        what = type(given).__name__
        raise BadSample(f"is {what} {array.dtype} {array.shape}, not frames (time, height, width, channels)")
    if len(array) < 2:
        raise BadSample("has 1 frame; a video has at least 2")
    if array.ndim == 3:
        array = array[..., None]
    elif array.shape[3] not in (1, 3):
        if array.shape[1] not in (1, 3):
            raise BadSample(f"has frames of shape {array.shape[1:]}; grey or RGB is read, one or three channels")
        array = array.transpose(0, 2, 3, 1)
    frames = torch.from_numpy(np.ascontiguousarray(scaled(array).transpose(0, 3, 1, 2)))
    return Footage(frames, np.arange(len(frames)) / float(rate), len(frames) / float(rate))
