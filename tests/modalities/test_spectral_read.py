"""Rasters read from files and arrays; what is none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.spectral import Spectral
from coview.modalities.spectral.read import Window
from tests.modalities.test_spectral import WAVES, bands

NAMES = ["blue", "green", "red", "nir", "swir1", "swir2"]


def write_tiff(path: Path, values: np.ndarray, **more: Any) -> Path:
    rasterio = pytest.importorskip("rasterio")
    from rasterio.transform import from_origin

    profile = {"driver": "GTiff", "count": len(values), "height": values.shape[1], "width": values.shape[2]}
    names, centres = more.pop("names", ()), more.pop("centres", ())
    with rasterio.open(
        path, "w", **profile, dtype=values.dtype, crs="EPSG:32633", transform=from_origin(5e5, 5e6, 10, 10), **more
    ) as out:
        out.write(values)
        for i, name in enumerate(names, start=1):
            out.set_band_description(i, name)
        for i, centre in enumerate(centres, start=1):
            out.update_tags(i, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=str(centre))
    return path


@pytest.mark.parametrize("compress", ["none", "lzw", "deflate"])
def test_geotiffs_are_read_as_written(tmp_path: Path, compress: str) -> None:
    values = (bands(channels=6) * 100).astype(np.uint16)
    path = write_tiff(
        tmp_path / "a.tif", values, compress=compress, names=["blue", "green", "red", "nir", "swir1", "swir2"]
    )
    for raw in (path, str(path), path.read_bytes()):
        raster = Spectral.read(raw)
        assert np.array_equal(raster.values, values.astype(np.float32))
        assert raster.wavelengths == (490.0, 560.0, 665.0, 840.0, 1610.0, 2200.0)


def test_wavelengths_of_the_file_go_before_names(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", bands(), names=["a", "b", "c", "d"], centres=[0.482, 0.561, 0.655, 0.865])
    assert Spectral.read(path).wavelengths == pytest.approx((482.0, 561.0, 655.0, 865.0))


def test_no_data_is_missing(tmp_path: Path) -> None:
    values = (bands() * 10).astype(np.int16)
    values[:, 2:4, 2:4] = -9999
    raster = Spectral.read(write_tiff(tmp_path / "a.tif", values, nodata=-9999))
    assert np.isnan(raster.values[:, 2:4, 2:4]).all()
    assert np.isfinite(raster.values).sum() == 4 * (256 - 4)


def test_a_window_is_a_part_of_the_file(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", bands())
    part = Spectral.read(Window(path, 4, 8, 6, 5))
    assert np.array_equal(part.values, bands()[:, 4:10, 8:13])


@pytest.mark.parametrize(
    "raw",
    [
        bands(),
        bands().transpose(1, 2, 0),
        torch.from_numpy(bands()),
        (bands(), WAVES),
        (bands(), [w / 1000 for w in WAVES]),
    ],
)
def test_arrays_are_bands_first_whatever_their_order(raw: Any) -> None:
    raster = Spectral.read(raw)
    assert np.array_equal(raster.values, bands())
    assert raster.wavelengths == (pytest.approx(WAVES) if isinstance(raw, tuple) else None)


def test_a_dict_of_bands_is_a_raster() -> None:
    raster = Spectral.read({"nir": bands()[3], "red": bands()[2]})
    assert raster.wavelengths == (840.0, 665.0)


def test_an_array_file_is_a_raster(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", bands())
    assert np.array_equal(Spectral.read(tmp_path / "a.npy").values, bands())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (np.ones((4, 1, 1)), "is 1 x 1 pixels; at least 2 x 2"),
        (np.ones((4, 1, 9)), "is 1 x 9 pixels"),
        (np.full((4, 8, 8), np.nan), "holds no data"),
        (np.where(np.arange(64).reshape(1, 8, 8) == 5, np.inf, 1.0), "infinite"),
        ((np.ones((4, 8, 8)), (490.0, 560.0)), "has 4 bands and 2 wavelengths"),
        (np.ones(8), r"not bands \(C, H, W\)"),
        (np.ones((2, 3, 4, 5)), r"not bands \(C, H, W\)"),
        (np.ones((0, 8, 8)), "not bands"),
        ({"red": np.ones((8, 8)), "nir": np.ones((4, 4))}, "differ in shape"),
        (b"no raster", "cannot be read as a raster"),
        (Path("no/such.tif"), "is not there"),
        ("text", "is not there"),
        (3.0, "is float, not a raster"),
    ],
)
def test_what_is_no_raster_is_named(raw: Any, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        Spectral.read(raw)


def test_broken_files_are_named(tmp_path: Path) -> None:
    whole = write_tiff(tmp_path / "good.tif", bands()).read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.tif").touch()
    (tmp_path / "text.npy").write_text("no array")
    for name in ("cut.tif", "empty.tif", "text.npy"):
        with pytest.raises(BadSample, match="cannot be read"):
            Spectral.read(tmp_path / name)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rasterio", None)
    with pytest.raises(MissingExtra, match=r"rasterio .* 'coview\[spectral\]'"):
        Spectral.read(tmp_path / "a.tif")
    assert len(Spectral.read(bands()).values) == 4


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    values = (bands(channels=2) + 1j).astype(np.complex64)
    np.save(tmp_path / "a.npy", values)
    path = write_tiff(tmp_path / "a.tif", values)
    for raw in (path, Window(path, 0, 0, 4, 4), path.read_bytes(), tmp_path / "a.npy", values, {"red": values[0]}):
        with pytest.raises(BadSample, match=r"complex numbers; save their magnitude, .* two bands"):
            Spectral.read(raw)
