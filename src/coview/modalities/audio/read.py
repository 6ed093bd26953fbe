"""Raw audio: files, encoded bytes and arrays, as mono waveforms."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from coview.errors import MissingExtra
from coview.modalities.base import BadSample

MOST_SECONDS = 120.0
"""What lies beyond is not read."""

LEAST_SECONDS = 0.01
"""Shorter ones are no sound: not one window of a spectrogram is full."""

UNNAMED_RATE = 16_000
"""The rate that arrays without one are taken to have, in Hz, where no other is chosen."""

_SILENCE = 1e-6

_LENGTHS = (r"data(?: size)? *: (\d+) \(should be (\d+)\)", r"'comm' chunk \((\d+)\).*'ssnd' chunk \((\d+)\)")
"""Of WAV and AU, and of AIFF: the length that the header announces and the one there is, as libsndfile tells them."""

_CUT_PAGE = (r"end-of-stream (bit|flag)", r"junk after the last page")
"""Of OGG cut within a page, as libsndfile tells it; a stream that ends with a whole page is read as it is."""

_MP3_SLACK = 0.1, 0.01
"""Seconds, and share of the whole, that an MP3 may be shorter than its header counts: encoders' delays and padding."""

_UNKNOWN_LENGTH = 0x7FFF0000
"""From here on what a header announces is no length: it was written before that was known (a stream)."""


class Clip(NamedTuple):
    """A mono waveform.

    Args:
        wave: `(S,)` float32, full scale at 1.
        rate: samples a second, or None: the modality's own.
        more: whether it goes on, and the rest was not read.
    """

    wave: np.ndarray
    rate: int | None
    more: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.wave) / (self.rate or UNNAMED_RATE)


def read_clip(raw: Any) -> Clip:
    """A path, encoded bytes, an array `(S,)`, `(S, C)` or `(C, S)`, or `(array, rate)` as a clip; channels averaged.

    Integers are scaled by their type's greatest value. The shorter axis of a 2-D array is its channels. Only the
    first 120 seconds are read.

    Raises:
        BadSample: cannot be decoded, empty, truncated, shorter than 10 ms, silent (constant to 1e-6), or not finite.
        MissingExtra: soundfile is not installed.
    """
    match raw:
        case str() | os.PathLike():
            clip = _decode(os.fspath(raw))
        case bytes() | bytearray() | memoryview():
            if not len(raw):
                raise BadSample("is empty (0 bytes)")
            clip = _decode(io.BytesIO(raw))
        case Clip(samples, rate) | (samples, rate):
            clip = _from_array(samples, rate)
        case _:
            clip = _from_array(raw, None)
    return _checked(clip)


def _checked(clip: Clip) -> Clip:
    if not len(clip.wave):
        raise BadSample("is empty (0 samples)")
    if clip.seconds < LEAST_SECONDS:
        raise BadSample(f"lasts {clip.seconds * 1000:.2g} ms; at least {LEAST_SECONDS * 1000:.0f} ms are needed")
    if not np.isfinite(clip.wave).all():
        raise BadSample("has samples that are NaN or infinite")
    if np.ptp(clip.wave) <= _SILENCE:
        raise BadSample("is silent")
    return clip


def _decode(file: str | io.BytesIO) -> Clip:
    soundfile = _soundfile()
    try:
        with soundfile.SoundFile(file) as sound:
            rate = int(sound.samplerate)
            _refuse_truncated(sound.extra_info, sound.frames / rate)
            wave = sound.read(int(MOST_SECONDS * rate), dtype="float32", always_2d=True)
            more = sound.frames > len(wave) == int(MOST_SECONDS * rate)
            if sound.format == "MP3":
                _refuse_short_mp3(file, len(wave) / rate, sound.frames / rate)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        if isinstance(file, str) and not os.path.isfile(file):
            raise BadSample("is not there" if not os.path.exists(file) else "is not a file") from None
        if isinstance(file, str) and not os.path.getsize(file):
            raise BadSample("is empty (0 bytes)") from None
        reason = str(getattr(error, "error_string", error)).rstrip(".").lower()
        raise BadSample(f"cannot be decoded as sound: {reason}") from None
    return Clip(wave[:, 0] if wave.shape[1] == 1 else wave.mean(1), rate, more)


def _refuse_truncated(told: str, seconds: float) -> None:
    """Raises BadSample where more than 10 ms of what the header announces are not there.

    Args:
        told: what libsndfile says of the file.
        seconds: of sound that are there.
    """
    if all(re.search(sign, told, re.IGNORECASE) for sign in _CUT_PAGE):
        raise BadSample(f"is truncated: it ends within a page, after {seconds:.2f} s, and its last page is missing")
    for pattern in _LENGTHS:
        found = re.search(pattern, told, re.IGNORECASE | re.DOTALL)
        announced, there = (int(length) for length in found.groups()) if found else (0, 0)
        if not 0 < there < announced < _UNKNOWN_LENGTH:
            continue
        whole = seconds * announced / there
        if whole - seconds > LEAST_SECONDS:
            raise BadSample(f"is truncated: of the {whole:.2f} s that its header announces {seconds:.2f} s are there")


def _refuse_short_mp3(file: str | io.BytesIO, seconds: float, announced: float) -> None:
    """Raises BadSample where fewer seconds could be read than the frames that an MP3's own header counts.

    Without such a header (Xing, Info) the length is an estimate, and what there is is all.
    """
    wanted = min(announced, MOST_SECONDS)
    if wanted - seconds <= max(_MP3_SLACK[0], _MP3_SLACK[1] * wanted):
        return
    content = file.getvalue() if isinstance(file, io.BytesIO) else Path(file).read_bytes()
    tag = content[:10]
    first = 0  # of sound: behind a tag, whose size is four times seven bits
    if tag[:3] == b"ID3" and len(tag) == 10:
        first = 10 + sum(byte << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
    start = content[first : first + 256]
    if b"Xing" in start or b"Info" in start:
        raise BadSample(f"is truncated: of the {announced:.2f} s that its header announces {seconds:.2f} s are there")


def _from_array(samples: Any, rate: Any) -> Clip:
    if rate is not None and not (isinstance(rate, int | float | np.number) and rate >= 1):
        raise BadSample(f"has a rate of {rate!r}; samples a second are needed")
    wave = np.asarray(samples)
    if wave.dtype.kind not in "iuf" or wave.ndim not in (1, 2):
        raise BadSample(f"is {type(samples).__name__} {wave.dtype} {wave.shape}, not a waveform (samples, channels)")
    if wave.dtype.kind == "u":
        middle = (np.iinfo(wave.dtype).max + 1) // 2
        wave = (wave.astype(np.float64) - middle) / middle
    elif wave.dtype.kind == "i":
        wave = wave / -float(np.iinfo(wave.dtype).min)
    if wave.ndim == 2:
        wave = wave.mean(int(wave.shape[0] >= wave.shape[1]))
    most = int(MOST_SECONDS * float(rate or UNNAMED_RATE))
    return Clip(wave[:most].astype(np.float32), None if rate is None else int(rate), len(wave) > most)


def resample(clip: Clip, rate: int) -> np.ndarray:
    """The waveform at another rate (soxr, high quality), `(S,)` float32.

    Raises:
        MissingExtra: soxr is not installed.
    """
    if clip.rate in (None, rate):
        return clip.wave
    try:
        import soxr
    except ModuleNotFoundError:
        raise MissingExtra("soxr", "audio") from None
    return soxr.resample(clip.wave, clip.rate, rate)


def _soundfile() -> ModuleType:
    try:
        import soundfile
    except ModuleNotFoundError:
        raise MissingExtra("soundfile", "audio") from None
    return soundfile
