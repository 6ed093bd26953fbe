"""Shuttle: nine readings of the radiator system of a space shuttle, seven states, four fifths of them one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.mlbench import PACKAGE, frame, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source


def build(stock: Stock) -> Source:
    """58,000 rows of 9 whole numbers, long-tailed, and the state."""
    from coview.data.catalog.reading.frames import frame_source

    return frame_source("shuttle", frame(stock, "Shuttle"), {"Class": "state"})


SET = DataSet(
    title="Shuttle: readings of a radiator system",
    slots={"table": Slot("table")},
    labels={"state": "Rad.Flow (four fifths), High, Bypass, Bpv.Open, Fpv.Close, Fpv.Open, Bpv.Close"},
    counts="58,000 rows of 9 numbers",
    packages=(PACKAGE,),
    build=build,
    prepare=preparing("Shuttle"),
    modules={"rdata": ("rdata", "data")},
)
