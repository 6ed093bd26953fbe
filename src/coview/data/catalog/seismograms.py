"""Seismograms: how the ground moved at nine stations, upwards, to the north and to the east.

A sample is a window of 4 seconds (160 times at 40 Hz) of one station; its natural views are the three components of the
same motion. The recordings are those among the tests of ObsPy (Beyreuther et al. 2010) that say of which station they
are (one called TEST is none), whose components are named vertical, north and east and ran together without a gap, at
40 Hz or more, for 20 seconds or more: earthquakes, an event at five stations of the Montserrat Volcano Observatory, and
noise. Some lie there in several formats; each is read once. Sensors and gains differ and are not all known: motion
above 1 Hz is kept, as multiples of the deviation of a component over its window, so that no station is told by its
amplitude.

Stations are labels, so that each must be in every part of the split: recordings are cut into stretches of 8 seconds, 2
seconds apart, which are the groups, and windows lie within one. The five stations of one event are cut at the same
times.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

OBSPY = Package(
    "pip", "obspy", "1.5.1",
    "c39707a77f5b63546d6fbcf8b0d2d9d983939bab5b22e9ee0ccfe5f1875e8740", 15_268_234,
    "LGPL-3.0-only", "Seismograms among the tests of ObsPy by the ObsPy Development Team (LGPL-3.0)",
    wheel="cp311-cp311-manylinux_2_28_x86_64",
)  # fmt: skip
COMPONENTS = ("vertical", "north", "east")
_MONTSERRAT = ("io/seisan/tests/data/9701-30-1048-54S.MVO_21_1",), "SB"
RECORDED = {
    "BOSA": (("io/mseed/tests/data/dataquality-m.mseed",), "BH"),
    "CER": (("io/seisan/tests/data/2005-07-23-1452-04S.CER___030",), "BH"),
    "JMI": (("io/seisan/tests/data/90010319.1320J90",), "S "),
    **dict.fromkeys(("MBBE", "MBGA", "MBGB", "MBGE", "MBGH"), _MONTSERRAT),
    "UH3": (tuple(f"signal/tests/data/BW.UH3._.SH{name}.D.2010.147.cut.slist.gz" for name in "ZNE"), "SH"),
}
"""Station -> the files of its recording, and what the names of its channels begin with."""

RATE, LOWEST = 40, 1.0
"""Hz: of the windows' times, and what is kept of the motion, from there up."""

WINDOW, STEP, STRETCH, APART = 4.0, 0.5, 8.0, 10.0
"""Seconds: of a window, from one to the next, of a stretch, and from the beginning of one to the next."""

PARTS = ("train", "test", "train", "valid", "train")
"""Of the stretches of a recording, over and over."""

MADE = f"motion-{RATE}-1"


def build(stock: Stock) -> Source:
    """Windows as `(160, 1)` for each component."""
    import numpy as np

    from coview.data.source import Column, Source

    made = stock.made(MADE, lambda into: _decode(stock, into, lambda line: None))
    rows: list[tuple[str, int, int]] = []
    windows = []
    width = round(WINDOW * RATE)
    for station in RECORDED:
        motion = np.load(made / f"{station}.npy")
        for stretch, first in enumerate(range(0, motion.shape[1], round(APART * RATE))):
            last = min(first + round(STRETCH * RATE), motion.shape[1]) - width
            for begin in range(first, last + 1, round(STEP * RATE)):
                rows.append((station, stretch, begin))
                windows.append([component[begin : begin + width, None] for component in motion])
    return Source(
        "seismograms",
        {"motion": Column("series", windows, COMPONENTS, {"standardise": "sample"})},
        names=[f"{station}-{begin / RATE:05.1f}" for station, _, begin in rows],
        labels={"station": np.array([station for station, _, _ in rows], dtype=object)},
        groups=[f"{station} {stretch}" for station, stretch, _ in rows],
        split=[PARTS[stretch % len(PARTS)] for _, stretch, _ in rows],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Decodes every recording once."""
    stock.made(MADE, lambda into: _decode(stock, into, progress))


def _decode(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    """For each station `(3, S)` float32 at `RATE`."""
    import numpy as np

    from coview.data.catalog.reading.three_components import above, recorded

    root = stock.folder(OBSPY) / "obspy"
    for station, (files, channels) in RECORDED.items():
        progress(f"decoding station {station}")
        values, rate = recorded([root / file for file in files], station, channels)
        np.save(into / f"{station}.npy", above(LOWEST, values, rate, RATE))


SET = DataSet(
    title="Seismograms: the ground's motion upwards, to the north and to the east",
    slots={"motion": Slot("series", COMPONENTS)},
    labels={"station": "one of nine"},
    counts="614 windows of 4 seconds from nine stations, three components each",
    packages=(OBSPY,),
    build=build,
    prepare=prepare,
    modules={"obspy": ("obspy", "data")},
)
