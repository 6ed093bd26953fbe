"""Folders of GeoTIFFs: told from pictures by their headers, cut into tiles, neighbours on one side of a split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from coview.data.files.rasters import rasters
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.split import split
from coview.errors import UserError
from coview.modalities.spectral import Spectral
from coview.modalities.spectral.read import Window
from tests.modalities.test_spectral import bands
from tests.modalities.test_spectral_read import NAMES, write_tiff

pytest.importorskip("rasterio")


def scene(path: Path, seed: int = 0, side: int = 32, channels: int = 6, **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_tiff(path, bands(seed, channels, side), names=NAMES[:channels], **more)


@pytest.mark.parametrize(
    "more", [{}, {"BIGTIFF": "YES"}, {"ENDIANNESS": "BIG"}, {"tiled": True, "blockxsize": 16, "blockysize": 16}]
)
def test_a_georeferenced_tiff_is_a_raster(tmp_path: Path, more: dict[str, Any]) -> None:
    scene(tmp_path / "a.tif", channels=3, **more)
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(tmp_path / "b.tif")
    Image.fromarray(np.zeros((16, 16), np.uint8)).save(tmp_path / "c.tiff")
    (tmp_path / "d.tif").write_bytes(b"II*\x00 broken")
    (tmp_path / "e.tif").touch()
    assert rasters(tmp_path, ["a.tif", "b.tif", "c.tiff", "d.tif", "e.tif", "gone.tif"]) == ["a.tif"]


def test_a_folder_of_small_rasters_has_a_sample_a_file(tmp_path: Path) -> None:
    for i in range(6):
        scene(tmp_path / ("north" if i % 2 else "south") / f"{i}.tif", i)
    source = open_source(tmp_path)
    assert {slot: column.modality for slot, column in source.columns.items()} == {"spectral": "spectral"}
    assert sorted(source.labels["folder"].tolist()) == ["north"] * 3 + ["south"] * 3
    data = load(source)
    assert data.modalities["spectral"].config()["wavelengths"] == [490.0, 560.0, 665.0, 840.0, 1610.0, 2200.0]
    assert data.slots["spectral"].value.shape == (6, 1, 6, 32, 32)


def test_pictures_and_rasters_of_one_stem_are_two_slots(tmp_path: Path) -> None:
    for i in range(3):
        scene(tmp_path / f"{i}.tif", i)
        Image.fromarray(np.full((8, 8, 3), i, np.uint8)).save(tmp_path / f"{i}.png")
    assert list(open_source(tmp_path).columns) == ["image", "spectral"]


def test_a_plain_tiff_is_a_raster_where_the_user_says_so(tmp_path: Path) -> None:
    for i in range(3):
        Image.fromarray(np.full((8, 8, 3), 9 * i, np.uint8)).save(tmp_path / f"{i}.tif")
    assert open_source(tmp_path).columns["image"].modality == "image"
    assert open_source(tmp_path, columns=["scene:spectral=."]).columns["scene"].modality == "spectral"


def listed(folder: Path, names: list[str], places: list[str | Path]) -> Path:
    lines = [f"{place},{name}" for place, name in zip(places, names, strict=True)]
    (folder / "files.csv").write_text("\n".join(["file,name", *lines]) + "\n")
    return folder / "files.csv"


@pytest.mark.parametrize("absolute", [False, True])
def test_a_column_of_rasters_is_read_as_a_folder_of_them(tmp_path: Path, absolute: bool) -> None:
    files = [write_tiff(tmp_path / f"{i}.tif", bands(i, 5, 32)) for i in range(6)]
    path = listed(tmp_path, list("abcdef"), [file if absolute else file.name for file in files])
    source = open_source(path)
    assert source.columns["file"].modality == "spectral"
    assert load(source).slots["file"].value.shape == (6, 1, 5, 32, 32)


def test_a_column_of_large_rasters_is_cut_into_tiles_too(tmp_path: Path) -> None:
    for i in range(2):
        scene(tmp_path / f"{i}.tif", i, side=64)
    files = listed(tmp_path, [*"aabb"], ["0.tif", "1.tif"] * 2)
    source = open_source(files, columns=["scene=file"], options={"spectral": {"tile": 32}})
    assert source.names[4:8] == ["row 1@0,0", "row 1@0,32", "row 1@32,0", "row 1@32,32"]
    assert source.labels["name"].tolist() == ["a"] * 8 + ["b"] * 8


def test_a_column_of_plain_tiffs_stays_one_of_pictures(tmp_path: Path) -> None:
    for i in range(3):
        Image.fromarray(np.full((8, 8, 3), 9 * i, np.uint8)).save(tmp_path / f"{i}.tif")
    path = listed(tmp_path, ["a", "b", "c"], ["0.tif", "1.tif", "2.tif"])
    assert open_source(path).columns["file"].modality == "image"
    assert open_source(path, columns=["scene:spectral=file"]).columns["scene"].modality == "spectral"


def test_files_that_are_not_there_do_not_hide_what_a_column_names(tmp_path: Path) -> None:
    scene(tmp_path / "there.tif")
    gone = [f"gone{i}.tif" for i in range(9)]
    source = open_source(listed(tmp_path, [*"abcdefghij"], [*gone, "there.tif"]))
    assert source.columns["file"].modality == "spectral"


def test_large_rasters_are_cut_into_tiles_that_are_their_parts(tmp_path: Path) -> None:
    scene(tmp_path / "large.tif", side=72)
    scene(tmp_path / "small.tif", 1, side=24)
    source = open_source(tmp_path, options={"spectral": {"tile": 16}})
    assert len(source) == 25 + 1
    assert source.names[6] == "large@16,16"
    (window,) = source.columns["spectral"].items[6]
    assert np.array_equal(Spectral.read(window).values, bands(0, 6, 72)[:, 16:32, 16:32])
    assert source.columns["spectral"].items[25] == [tmp_path / "small.tif"]
    assert any("tiles of 16 pixels" in line for line in source.understood)


@pytest.mark.parametrize("height", [64, 65, 72])
def test_tiles_are_whole_and_cover_a_raster_to_its_edges(tmp_path: Path, height: int) -> None:
    values = np.random.default_rng(0).normal(size=(6, height, 40)).astype(np.float32)
    write_tiff(tmp_path / "large.tif", values, names=NAMES)
    source = open_source(tmp_path, options={"spectral": {"tile": 16}})
    seen = np.full(values.shape, np.nan, np.float32)
    for row in range(len(source)):
        (window,) = source.columns["spectral"].items[row]
        assert isinstance(window, Window)
        tile = Spectral.read(window).values
        assert tile.shape == (6, 16, 16)
        seen[:, window.row : window.row + 16, window.column : window.column + 16] = tile
    np.testing.assert_array_equal(seen, values)
    assert len(set(source.names)) == len(source) == -(-height // 16) * 3


@pytest.mark.parametrize("side", [9, 66, 100, 129])
def test_tiles_that_overlap_are_never_on_two_sides(tmp_path: Path, side: int) -> None:
    write_tiff(tmp_path / "large.tif", np.random.default_rng(0).normal(size=(6, side, side)), names=NAMES)
    source = open_source(tmp_path, options={"spectral": {"tile": 4}})
    assert source.groups is not None
    at = np.array([list(map(int, name.split("@")[1].split(","))) for name in source.names])
    overlap = (abs(at[:, None] - at) < 4).all(-1)
    groups = np.array(source.groups)
    assert (groups[:, None] == groups)[overlap].all()


def test_tiles_of_a_block_are_never_on_two_sides(tmp_path: Path) -> None:
    scene(tmp_path / "large.tif", side=256)
    source = open_source(tmp_path, options={"spectral": {"tile": 8}})
    assert source.groups is not None
    assert len(set(source.groups)) == (256 // 8 // 4) ** 2
    parts = split(source)
    blocks = {part: {source.groups[row] for row in rows.tolist()} for part, rows in parts.items()}
    assert blocks["valid"]
    assert not blocks["train"] & blocks["valid"]


def test_natural_views_are_cut_at_the_same_places(tmp_path: Path) -> None:
    for season, seed in (("summer", 0), ("winter", 7)):
        scene(tmp_path / season / "field.tif", seed, side=64)
    source = open_source(tmp_path, columns=["field:spectral=summer,winter"], options={"spectral": {"tile": 16}})
    assert source.columns["field"].views == ("summer", "winter")
    summer, winter = source.columns["field"].items[6]
    assert (summer.row, summer.column) == (winter.row, winter.column) == (16, 32)
    assert (summer.path.parent.name, winter.path.parent.name) == ("summer", "winter")


def test_a_broken_raster_is_skipped_and_named(tmp_path: Path) -> None:
    for i in range(3):
        scene(tmp_path / f"{i}.tif", i)
    whole = (tmp_path / "1.tif").read_bytes()
    (tmp_path / "1.tif").write_bytes(whole[: len(whole) * 3 // 4])
    data = load(open_source(tmp_path))
    assert [name for name, _ in data.skipped] == ["1"]
    assert "cannot be read as a raster" in data.skipped[0][1]


def test_a_raster_of_another_number_of_bands_is_skipped_and_named(tmp_path: Path) -> None:
    for i in range(4):
        write_tiff(tmp_path / f"{i}.tif", bands(i, 5 if i == 2 else 6, 32))  # no names, no wavelengths
    data = load(open_source(tmp_path))
    assert data.skipped == [("2", "spectral: has 5 bands where the slot has 6, and names no wavelengths")]


def test_a_tile_without_sense_is_explained(tmp_path: Path) -> None:
    scene(tmp_path / "a.tif", side=64)
    with pytest.raises(UserError, match=r"spectral\.tile is how many pixels"):
        open_source(tmp_path, options={"spectral": {"tile": 1}})


def test_arrays_in_memory_are_spectral_where_named() -> None:
    stack = np.stack([bands(i) for i in range(5)])
    assert load(open_source({"scene:spectral": stack})).slots["scene"].value.shape == (5, 1, 4, 16, 16)
    dates = load(open_source({"scene:spectral": (stack, stack + 1)}))
    assert dates.slots["scene"].width == 2
    pairs = [(values, (490.0, 560.0, 665.0, 840.0)) for values in stack]
    assert load(open_source({"scene:spectral": pairs})).modalities["scene"].config()["wavelengths"] is not None
