"""A head in CT, with what is bone and what is soft: windows of InVesalius' example.

A sample is a window of 24 mm a side in or at the head, labelled by its middle voxel, as the example's own masks
segment it. Windows are split by place: none reaches into two parts of the split. It is one head.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

PACKAGE = Package(
    "apt", "invesalius-examples", "3.1.99998-4",
    "f2f14bdfef6dc3812eafc5013d133c6c18370aaab5666b78d54af2e7db432f97", 18_696_652,
    "GPL-2.0-only", "CT example of InVesalius by Centro de Tecnologia da Informacao Renato Archer (GPL-2)",
)  # fmt: skip
MADE = "project-1"
SHAPE, SPACING = (108, 256, 256), (1.5, 0.9570312, 0.9570312)
"""Voxels from below up, from front to back and from right to left, and their size in mm."""

WINDOW, STEP, BLOCK = (16, 24, 24), (4, 8, 8), (32, 48, 48)


def build(stock: Stock) -> Source:
    """Windows of about 24 mm a side of which at least a fifth is tissue."""
    import numpy as np

    from coview.data.catalog.reading.windows import Windows, places
    from coview.data.source import Column, Source

    root = stock.made(MADE, lambda into: _unpack(stock, into))
    head = np.memmap(root / "matrix.dat", np.int16, "r", shape=SHAPE)
    bone, tissue = _mask(root / "mask_0.dat"), _mask(root / "mask_1.dat")

    def share(corner: tuple[int, int, int]) -> float:
        return float(tissue[tuple(slice(c, c + n) for c, n in zip(corner, WINDOW, strict=True))].mean())

    at = [place for place in places(SHAPE, WINDOW, STEP, BLOCK) if share(place.corner) >= 0.2]
    kinds = ["bone" if bone[p.centre] else "soft tissue" if tissue[p.centre] else "air" for p in at]
    windows = Windows(head, [place.corner for place in at], WINDOW, SPACING)
    return Source(
        "invesalius",
        {"ct": Column("volume", windows, options={"standardise": "data", "flip": "2", "size": 16})},
        names=[",".join(str(i) for i in place.corner) for place in at],
        labels={"tissue": np.array(kinds, dtype=object)},
        groups=[place.block for place in at],
        split=[place.part for place in at],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Unpack the example, an archive in the archive."""
    progress("unpacking the CT")
    stock.made(MADE, lambda into: _unpack(stock, into))


def _unpack(stock: Stock, into: Path) -> None:
    project = stock.folder(PACKAGE) / "usr/share/doc/invesalius-examples/examples/Cranium.inv3"
    with tarfile.open(project) as opened:
        for member in opened.getmembers():
            name = Path(member.name).name
            held = opened.extractfile(member) if name.endswith(".dat") else None
            if held is not None:
                (into / name).write_bytes(held.read())


def _mask(path: Path) -> np.ndarray:
    """A mask of the head; its file has a plane more along each axis, which says what was edited."""
    import numpy as np

    whole = np.fromfile(path, np.uint8).reshape([n + 1 for n in SHAPE])
    return whole[1:, 1:, 1:] > 127


SET = DataSet(
    title="Windows of a head in CT, with masks of bone and tissue",
    slots={"ct": Slot("volume")},
    labels={"tissue": "air, soft tissue or bone, by the middle voxel"},
    counts="5,263 windows of 24 mm in one head",
    packages=(PACKAGE,),
    build=build,
    prepare=prepare,
)
