"""Rasters in any form, as bands of floats with NaN where there is no data."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from torch import Tensor

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.npy import load_npy, refuse_complex
from coview.modalities.spectral.bands import named, nanometres

LEAST = 2
"""Pixels a side of the smallest raster: one pixel is no picture, but a row of a table."""


@dataclass(frozen=True)
class Window:
    """A part of a raster file, read by itself.

    Args:
        path: of the file.
        row, column: of its first pixel.
        height, width: in pixels.
    """

    path: Path
    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Raster:
    """Bands over one place.

    Args:
        values: `(C, H, W)` float32, NaN where there is no data.
        wavelengths: centre of each band in nm, or None where they are not known.
    """

    values: np.ndarray
    wavelengths: tuple[float, ...] | None = None

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.values.nbytes


def read_raster(raw: Any) -> Raster:
    """A raster file or array as bands.

    GeoTIFF and whatever else rasterio reads: values are scaled as the file says, what it marks as no data is NaN, and
    wavelengths are taken from its metadata or its bands' names. Arrays are `(C, H, W)` or `(H, W, C)` (the least axis
    is the bands'), or `(H, W)` of one band; with `(array, wavelengths)` bands are known by their centres, in nm or um.

    Args:
        raw: a path (`.npy` too), a `Window` of a file, an array, `(array, wavelengths)`, a dict of bands by name, or a
            `Raster`.

    Raises:
        BadSample: it cannot be read, has infinite values, is one pixel, holds no data at all, the same
            everywhere, or complex numbers.
        MissingExtra: rasterio is not installed.
    """
    match raw:
        case Raster():
            raster = raw
        case Window():
            raster = _read_file(raw.path, raw)
        case Path() | str():
            path = Path(raw)
            raster = Raster(_bands(_array(load_npy(path)))) if path.suffix.lower() == ".npy" else _read_file(path, None)
        case bytes() | bytearray() | memoryview():
            raster = _read_file(io.BytesIO(bytes(raw)), None)
        case dict():
            arrays = [_array(x) for x in raw.values()]
            if not arrays or any(a.ndim != 2 or a.shape != arrays[0].shape for a in arrays):
                raise BadSample("its bands differ in shape, or are not (H, W)")
            raster = Raster(np.stack(arrays).astype(np.float32), _known([named(str(n)) for n in raw]))
        case (array, wavelengths) if not isinstance(wavelengths, np.ndarray) or wavelengths.ndim == 1:
            values = _bands(_array(array))
            centres = nanometres(wavelengths)
            if len(centres) != len(values):
                raise BadSample(f"has {len(values)} bands and {len(centres)} wavelengths")
            raster = Raster(values, centres)
        case _:
            raster = Raster(_bands(_array(raw)))
    return _checked(raster)


def _checked(raster: Raster) -> Raster:
    _, height, width = raster.values.shape
    if height < LEAST or width < LEAST:
        raise BadSample(f"is {height} x {width} pixels; at least {LEAST} x {LEAST} are needed")
    if np.isinf(raster.values).any():
        raise BadSample("has infinite values; mark what is not data as NaN")
    if np.isnan(raster.values).all():
        raise BadSample("holds no data: every value is missing")
    if not (np.fmin.reduce(raster.values, (1, 2)) < np.fmax.reduce(raster.values, (1, 2))).any():
        raise BadSample("is the same in every pixel: there is nothing to tell")
    return raster


def _array(value: Any) -> np.ndarray:
    array = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
    if isinstance(array, np.ndarray):
        refuse_complex(array.dtype, "bands")
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise BadSample(f"is {type(value).__name__}, not a raster (a file, or an array of bands)")
    return array


def _bands(array: np.ndarray) -> np.ndarray:
    """Any array of numbers as `(C, H, W)` float32."""
    if array.dtype.kind not in "biuf" or array.ndim not in (2, 3) or not array.size:
        raise BadSample(f"is an array {array.dtype} {array.shape}, not bands (C, H, W)")
    if array.ndim == 2:
        array = array[None]
    elif array.shape[2] < min(array.shape[:2]):
        array = array.transpose(2, 0, 1)
    return np.ascontiguousarray(array, dtype=np.float32)


def _read_file(file: Path | io.BytesIO, window: Window | None) -> Raster:
    rasterio = rasterio_module()
    from rasterio.errors import RasterioError
    from rasterio.windows import Window as Part

    if isinstance(file, Path) and not file.is_file():
        raise BadSample("is not there" if not file.exists() else "is not a file")
    part = None if window is None else Part(window.column, window.row, window.width, window.height)  # pyright: ignore[reportCallIssue]
    try:
        with rasterio.open(file) as held:
            held_values = held.read(window=part, masked=True)
            refuse_complex(held_values.dtype, "bands")
            values = held_values.astype(np.float32).filled(np.nan)
            scale = np.asarray(held.scales, np.float32)[:, None, None]
            values = values * scale + np.asarray(held.offsets, np.float32)[:, None, None]
            return Raster(values, _known([_centre(held, i) for i in held.indexes]))
    except (RasterioError, OSError, ValueError) as error:
        said = (str(error).splitlines() or ["broken"])[0][:120] if isinstance(file, Path) else "no format that is known"
        raise BadSample(f"cannot be read as a raster: {said}") from error


def rasterio_module() -> ModuleType:
    """rasterio, which does not warn of files without georeference: they are read as any other.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning
    except ModuleNotFoundError:
        raise MissingExtra("rasterio", "spectral") from None
    warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)
    return rasterio


def _centre(held: Any, band: int) -> float | None:
    """A band's wavelength as the file tells it: GDAL's imagery domain, a tag, or the name."""
    told = held.tags(band, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM") or held.tags(band).get("wavelength")
    try:
        return nanometres([float(told)])[0] if told else named(held.descriptions[band - 1])
    except ValueError:
        return named(told)


def _known(centres: list[float | None]) -> tuple[float, ...] | None:
    """Wavelengths where every band's is known."""
    known = [c for c in centres if c is not None]
    return tuple(known) if len(known) == len(centres) else None
