"""Furniture of Sweet Home 3D: shape, icon, name in 21 languages, and what it looks like from four sides.

820 models of five makers. A shape is 4,096 points drawn from the surface; its pictures are made from 60,000 more by a
z-buffer of points, with depth beside colours. Pieces with the same English name, numbers apart, share a split: they
are often one model in two colours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock
from coview.errors import UserError

if TYPE_CHECKING:
    from coview.data.catalog.reading.sweet_home import Piece
    from coview.data.source import Source

WRITTEN = ("en", "de", "es", "fr", "it", "pl", "ru", "ja")
SIDES = ("front right", "front left", "back left", "back right")
POINTS, SPLATS, SIZE = 4096, 60_000, 64
MADE = f"shapes-{POINTS}-{SIZE}-1"

PACKAGE = Package(
    "apt", "sweethome3d-furniture", "1.8-1",
    "3ccb90c63f9525e887a767b9cd5c8b6933b8b6b2973a615a5359ee68a2118668", 119_782_356,
    "CC-BY-3.0 AND CC-BY-3.0-US AND CC0-1.0",
    "Furniture of Sweet Home 3D by Scopia, Kator and Legaz, Reallusion, BlendSwap contributors and eTeks "
    "(CC BY 3.0, CC0)",
)  # fmt: skip


def build(stock: Stock, names: str | Sequence[str] = WRITTEN) -> Source:
    """All pieces of furniture.

    Args:
        stock: where the package lies.
        names: languages of the name's natural views (`en`, `zh_CN`, ...), or "all" for the 21 there are.
    """
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    found, made = _pieces(stock), stock.made(MADE, lambda into: _make(stock, into, lambda line: None))
    shapes, pictures, depths = (np.load(made / f"{what}.npy", mmap_mode="r") for what in ("points", "colours", "depth"))
    locales = _locales(names, found)
    groups = [re.sub(r"[\W\d_]+", " ", piece.told["name"].lower()).strip() for piece in found]
    return Source(
        "furniture",
        {
            "shape": Column("points", [[shape] for shape in shapes], options={"up": "z"}),
            "icon": Column("image", [[made / "icons" / f"{piece.name}.png"] for piece in found]),
            "name": Column("text", [[piece.names.get(x) for x in locales] for piece in found], locales),
            "picture": Column("image", pictures, SIDES),
            "depth": Column("image", depths, SIDES),
        },
        names=[piece.name for piece in found],
        labels={
            "category": np.array([piece.told["category"] for piece in found], dtype=object),
            "maker": np.array([piece.archive.stem for piece in found], dtype=object),
        },
        groups=groups,
        split=split_by_hash(groups),
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Draw points from the surfaces, and pictures of them."""
    stock.made(MADE, lambda into: _make(stock, into, progress))


def _make(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    import zipfile

    import numpy as np

    from coview.data.catalog.reading.splats import splat
    from coview.data.catalog.reading.sweet_home import surface

    found = _pieces(stock)
    progress(f"drawing points and pictures of {len(found)} shapes (a few minutes)")
    points, colours, depth = [], [], []
    opened = {archive: zipfile.ZipFile(archive) for archive in {piece.archive for piece in found}}
    for piece in found:
        target = into / "icons" / f"{piece.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(opened[piece.archive].read(piece.icon))
        whole = surface(piece, opened[piece.archive], SPLATS)
        seen, away = splat(whole, SIZE)
        points.append(whole.points[:: SPLATS // POINTS][:POINTS].astype(np.float32))
        colours.append(seen)
        depth.append(away)
    for archive in opened.values():
        archive.close()
    for what, values in (("points", points), ("colours", colours), ("depth", depth)):
        np.save(into / f"{what}.npy", np.stack(values))


def _pieces(stock: Stock) -> list[Piece]:
    from coview.data.catalog.reading.sweet_home import pieces

    root = stock.folder(PACKAGE) / "usr/share/sweethome3d/furniture"
    return [piece for archive in sorted(root.glob("*.sh3f")) for piece in pieces(archive)]


def _locales(asked: str | Sequence[str], found: list[Piece]) -> tuple[str, ...]:
    there = {locale for piece in found for locale in piece.names}
    if asked == "all":
        return ("en", *sorted(there - {"en"}))
    chosen = tuple(asked.split(",")) if isinstance(asked, str) else tuple(asked)
    if unknown := [locale for locale in chosen if locale not in there]:
        raise UserError(f"furniture has no names in {unknown[0]!r}; it has {', '.join(sorted(there))}")
    return chosen


SET = DataSet(
    title="Furniture: shape, icon, name, pictures and depth from four sides",
    slots={
        "shape": Slot("points"),
        "icon": Slot("image"),
        "name": Slot("text", WRITTEN),
        "picture": Slot("image", SIDES),
        "depth": Slot("image", SIDES),
    },
    labels={"category": "12 rooms and kinds (kitchen, lights, vehicles, ...)", "maker": "one of five archives"},
    counts="820 shapes with icon, names in 21 languages, 3,280 pictures and as many of depth",
    packages=(PACKAGE,),
    build=build,
    prepare=prepare,
    modules={"trimesh": ("trimesh", "points")},
)
