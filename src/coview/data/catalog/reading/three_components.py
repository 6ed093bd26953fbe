"""Recordings of one seismic station: three components of the same motion."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from coview.errors import MissingExtra, UserError


def recorded(files: Sequence[Path], station: str, channels: str) -> tuple[np.ndarray, float]:
    """What a station recorded, vertical, north and east: `(3, S)` in counts, and its rate in Hz.

    Args:
        files: in any format that ObsPy reads.
        station: as the files call it.
        channels: what the names of the three channels begin with, before Z, N and E.

    Raises:
        MissingExtra: ObsPy is not installed.
        UserError: the components are not there once each, or not at the same times.
    """
    try:
        from obspy import read
    except ImportError:
        raise MissingExtra("obspy", "data") from None
    traces = [trace for file in files for trace in read(file).select(station=station, channel=f"{channels}[ZNE]")]
    found = {trace.stats.channel[-1]: trace for trace in traces}
    if len(traces) != 3 or len(found) != 3:
        told = ", ".join(trace.id for trace in traces) or "nothing"
        raise UserError(f"station {station} has {told} where one trace of each of Z, N and E was expected")
    first = found["Z"].stats
    for trace in traces:
        here = trace.stats
        apart = abs(here.starttime - first.starttime) * first.sampling_rate
        if here.sampling_rate != first.sampling_rate or here.npts != first.npts or apart > 0.01:
            raise UserError(f"{trace.id} of {files[0].name} was not recorded at the same times as {found['Z'].id}")
    return np.stack([np.asarray(found[name].data, np.float64) for name in "ZNE"]), float(first.sampling_rate)


def above(lowest: float, values: np.ndarray, rate: float, wanted: int) -> np.ndarray:
    """The motion above a frequency at another rate, `(C, S)` float32: no delay, so that components stay together.

    Args:
        lowest: the frequency in Hz (Butterworth, fourth order, forwards and backwards).
        values: `(C, S)`; their straight line is taken off first.
        rate: of the values, in Hz.
        wanted: the rate of what is returned; what lies above half of it is filtered out.
    """
    from scipy.signal import butter, detrend, resample_poly, sosfiltfilt

    ratio = (wanted / Fraction(rate).limit_denominator(1000)).limit_denominator(10_000)
    level = resample_poly(detrend(values), ratio.numerator, ratio.denominator, axis=1)
    return sosfiltfilt(butter(4, lowest, "highpass", fs=wanted, output="sos"), level).astype(np.float32)
