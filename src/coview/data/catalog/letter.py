"""Letter recognition: 26 capitals in 20 type faces, distorted, told in 16 numbers of their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.reading.mlbench import PACKAGE, frame, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source


def build(stock: Stock) -> Source:
    """20,000 rows of 16 numbers from 0 to 15 (box, pixels, means, variances, correlations, edges) and their letter.

    The first 16,000 train, as those who made it have it (Frey and Slate 1991).
    """
    from coview.data.catalog.reading.frames import frame_source

    return frame_source("letter", frame(stock, "LetterRecognition"), {"lettr": "letter"}, train=16_000)


SET = DataSet(
    title="Letter recognition: capitals told in 16 numbers",
    slots={"table": Slot("table")},
    labels={"letter": "A to Z"},
    counts="20,000 rows of 16 numbers",
    packages=(PACKAGE,),
    build=build,
    prepare=preparing("LetterRecognition"),
    modules={"rdata": ("rdata", "data")},
)
