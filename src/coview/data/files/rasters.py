"""GeoTIFFs among a folder's files, and large ones cut into tiles.

- A TIFF with georeference is a raster of the spectral modality, and so is one of other than 1, 3 or 4 bands; the rest
  are pictures.
- A raster of twice `spectral.tile` pixels a side or more (default 64) is cut into tiles, each a sample. Where they do
  not fill it, the last of a row or column ends at the edge and overlaps the one before. Tiles of one block of 4 x 4,
  and those that overlap them so, are kept on one side of every split: neighbours are alike.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from os.path import isfile
from pathlib import Path
from typing import Any, BinaryIO

from coview.data.items import Items
from coview.data.kinds import count
from coview.data.source import Source
from coview.errors import UserError

TILE = 64
BLOCK = 4
"""Tiles a side of what is kept together."""
PEEKED = 8
"""Files that are opened to tell what the many that a column of a table names are."""

_TIFF = (".tif", ".tiff")
_BANDS, _GEOREFERENCE = 277, (33550, 34264, 34735)
_KINDS = {1: "B", 3: "H", 4: "I", 16: "Q"}

Options = Mapping[str, Mapping[str, Any]]


def rasters(root: Path, files: Sequence[str]) -> list[str]:
    """The files that are rasters and no pictures, by their headers alone; broken ones are what all others are."""
    told = {file: _is_raster(root / file) for file in tiffs(files)}
    broken_too = True in told.values() and False not in told.values()
    return [file for file, yes in told.items() if yes or (yes is None and broken_too)]


def mostly_rasters(files: Sequence[Path]) -> bool:
    """Whether most of the first files that are there are rasters and no pictures, by their headers alone."""
    there = [str(file) for file in islice((file for file in dict.fromkeys(files) if isfile(file)), PEEKED)]
    return 2 * len(rasters(Path(), there)) > len(there)


def tiffs(files: Sequence[str]) -> list[str]:
    """The files that may be read as rasters where the user says so."""
    return [file for file in files if file.lower().endswith(_TIFF)]


def cut_rasters(source: Source, options: Options | None = None) -> Source:
    """A source whose large raster files are cut into tiles; one without such files as it is.

    Natural views of a sample are cut at the same places, as pictures of one place are: they must be of one size.

    Args:
        source: as opened.
        options: of modalities or slots by name; `tile` is what matters here.

    Raises:
        UserError: `tile` is no number of pixels.
        MissingExtra: there are raster files, and rasterio is not installed.
    """
    slots = [slot for slot, column in source.columns.items() if column.modality == "spectral" and column.has_files]
    if len(slots) != 1 or len(source.columns) != 1:  # what else a sample holds belongs to the whole raster
        return source
    (slot,) = slots
    column = source.columns[slot]
    tile = _tile(slot, column.told(slot, options))
    places = [_places([column.items[row][view] for view in range(column.width)], tile) for row in range(len(source))]
    if all(len(found) == 1 for found in places):
        return source
    at = [(row, *place) for row, found in enumerate(places) for place in found]
    rows = [row for row, _, _ in at]
    names, groups = [], []
    for row, top, left in at:
        cut = len(places[row]) > 1
        names.append(f"{source.names[row]}@{top},{left}" if cut else source.names[row])
        group = source.groups[row] if source.groups else f"{source.names[row]}"
        block = f"/{top // (BLOCK * tile)}-{left // (BLOCK * tile)}" if cut and not source.groups else ""
        groups.append(f"{group}{block}")
    large = sum(len(found) > 1 for found in places)
    said = f"{count(large, 'raster')} cut into tiles of {tile} pixels, {count(len(at), 'sample')} (spectral.tile)"
    items = Tiles(column.items, at, [len(places[row]) > 1 for row, _, _ in at], tile)
    return replace(
        source.rows(rows),
        columns={slot: replace(column, items=items)},
        names=names,
        groups=groups,
        understood=[*source.understood, said],
    )


class Tiles(Items):
    """Windows of raster files.

    Args:
        items: files by sample and natural view.
        at: (row of `items`, first row, first column) of each tile.
        cut: which of them are a part of their file.
        tile: pixels a side.
    """

    def __init__(
        self, items: Sequence[Sequence[Any | None]], at: list[tuple[int, int, int]], cut: list[bool], tile: int
    ) -> None:
        self.items, self.at, self.cut, self.tile = items, at, cut, tile

    def __len__(self) -> int:
        return len(self.at)

    def of(self, row: int) -> Sequence[Any | None]:
        from coview.modalities.spectral.read import Window

        file, top, left = self.at[row]
        if not self.cut[row]:
            return self.items[file]
        return [None if p is None else Window(p, top, left, self.tile, self.tile) for p in self.items[file]]


def _places(files: Sequence[Path | None], tile: int) -> list[tuple[int, int]]:
    """First row and column of each tile; one place where the files are small, differ, or cannot be opened."""
    sizes = {_size(file) for file in files if file is not None}
    if len(sizes) != 1 or None in sizes:
        return [(0, 0)]
    height, width = next(iter(sizes)) or (0, 0)
    if min(height, width) < 2 * tile:
        return [(0, 0)]
    return [(top, left) for top in _starts(height, tile) for left in _starts(width, tile)]


def _starts(length: int, tile: int) -> list[int]:
    """Where tiles begin along a side; the last one ends where the side does."""
    full = list(range(0, length - tile + 1, tile))
    return [*full, length - tile] if length % tile else full


def _size(file: Path) -> tuple[int, int] | None:
    """Height and width in pixels, or None where the file cannot be opened; reading names the reason."""
    if file.suffix.lower() not in _TIFF:
        return None
    from coview.modalities.spectral.read import rasterio_module

    rasterio = rasterio_module()
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(file) as held:
            return held.height, held.width
    except (RasterioError, OSError):
        return None


def _tile(slot: str, told: Mapping[str, Any]) -> int:
    try:
        tile = int(told.get("tile") or TILE)
    except (TypeError, ValueError):
        tile = 0
    if tile < 2:
        raise UserError(f"{slot}.tile is how many pixels a side a tile has, at least 2, not {told.get('tile')!r}")
    return tile


def _is_raster(path: Path) -> bool | None:
    """Whether a file's header is a raster's; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            tags = _tags(file)
    except (OSError, struct.error):
        return None
    if not tags:
        return None
    bands = tags.get(_BANDS, 1)
    return bands not in (1, 3, 4) or any(tag in tags for tag in _GEOREFERENCE)


def _tags(file: BinaryIO) -> dict[int, int]:
    """The tags of a TIFF's first directory, each with its value where that is one whole number, else 0.

    TIFF 6.0 (section 2) and BigTIFF: byte order, magic number, offset of the directory, entries of 12 or 20 bytes.
    """
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return {}
    big = struct.unpack(f"{order}H", head[2:4])[0] == 43
    start = struct.unpack(f"{order}Q", head[8:16])[0] if big else struct.unpack(f"{order}I", head[4:8])[0]
    file.seek(start)
    many = struct.unpack(f"{order}{'Q' if big else 'H'}", file.read(8 if big else 2))[0]
    tags: dict[int, int] = {}
    for _ in range(min(many, 4096)):
        entry = file.read(20 if big else 12)
        tag, kind = struct.unpack(f"{order}HH", entry[:4])
        n = struct.unpack(f"{order}{'Q' if big else 'I'}", entry[4 : 12 if big else 8])[0]
        value = entry[12 if big else 8 :]
        form = _KINDS.get(kind)
        tags[tag] = struct.unpack_from(f"{order}{form}", value)[0] if form and n == 1 else 0
    return tags
