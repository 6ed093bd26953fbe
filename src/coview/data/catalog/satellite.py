"""Satellite: pixels of a Landsat MSS scene with their eight neighbours in four bands, and what grows there.

The same 36 numbers in two slots: `table`, a row, and `patch`, a raster of 3 x 3 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coview.data.catalog.reading.mlbench import PACKAGE, frame, preparing
from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock
from coview.data.items import Items

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

BANDS = (550.0, 650.0, 750.0, 950.0)
"""Centres of MSS's green, red and two infrared bands, nm."""


class Patches(Items):
    """Rows of 36 numbers as `(array (4, 3, 3), wavelengths)`: nine pixels from the left above, four bands each."""

    def __init__(self, rows: np.ndarray) -> None:
        self.values = rows.reshape(-1, 3, 3, 4).transpose(0, 3, 1, 2)

    def __len__(self) -> int:
        return len(self.values)

    def of(self, row: int) -> Sequence[Any | None]:
        return [(self.values[row], BANDS)]


def build(stock: Stock) -> Source:
    """6,435 neighbourhoods; the first 4,435 train, as in the Statlog project."""
    import numpy as np

    from coview.data.catalog.reading.frames import frame_source
    from coview.data.source import Column

    rows = frame(stock, "Satellite")
    source = frame_source("satellite", rows, {"classes": "cover"}, train=4_435)
    numbers = np.stack([rows[name].to_numpy() for name in rows.column_names if name != "classes"], 1)
    # nine pixels are too few to crop much from
    source.columns["patch"] = Column("spectral", Patches(numbers), options={"scale": (0.7, 1.0)})
    return source


SET = DataSet(
    title="Satellite: neighbourhoods of Landsat pixels",
    slots={"table": Slot("table"), "patch": Slot("spectral")},
    labels={"cover": "red soil, cotton crop, grey soil, damp grey soil, vegetation stubble, very damp grey soil"},
    counts="6,435 neighbourhoods of 3 x 3 pixels in 4 bands",
    packages=(PACKAGE,),
    build=build,
    prepare=preparing("Satellite"),
    modules={"rdata": ("rdata", "data")},
)
