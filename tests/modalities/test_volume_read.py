from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from coview.modalities.base import BadSample
from coview.modalities.volume.read import read_volume

nibabel = pytest.importorskip("nibabel")


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_nifti_is_read_with_the_size_of_its_voxels(ending: str, tmp_path: Path) -> None:
    values = numbers(5, 6, 7)
    nibabel.Nifti1Image(values, np.diag([1.0, 2.0, 3.0, 1.0])).to_filename(tmp_path / f"a.{ending}")
    scan = read_volume(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(scan.values, values[None])
    assert scan.spacing == (1, 2, 3)


def test_nifti_is_turned_to_the_right_the_front_and_up(tmp_path: Path) -> None:
    values = numbers(5, 6, 7)
    turned = np.zeros((4, 4))  # file's axes: to the left in steps of 2, up in steps of 3, to the front in steps of 4
    turned[0, 0], turned[2, 1], turned[1, 2], turned[3, 3] = -2, 3, 4, 1
    nibabel.Nifti1Image(values, turned).to_filename(tmp_path / "a.nii")
    scan = read_volume(tmp_path / "a.nii")
    np.testing.assert_array_equal(scan.values[0], values[::-1].transpose(0, 2, 1))
    assert scan.spacing == (2, 4, 3)


def test_the_fourth_axis_of_nifti_is_channels(tmp_path: Path) -> None:
    values = numbers(5, 6, 7, 9)
    nibabel.Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "a.nii")
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nii").values, np.moveaxis(values, -1, 0))


def test_integers_are_scaled_as_the_header_says(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.arange(64, dtype=np.int16).reshape(4, 4, 4), np.eye(4))
    image.header.set_slope_inter(0.5, -3)
    image.to_filename(tmp_path / "a.nii")
    raw = np.asarray(nibabel.load(tmp_path / "a.nii").dataobj)
    np.testing.assert_allclose(read_volume(tmp_path / "a.nii").values[0], raw)


def test_arrays_have_channels_at_either_end_or_none(tmp_path: Path) -> None:
    values = numbers(2, 5, 6, 7)
    np.save(tmp_path / "a.npy", values)
    for raw in (values, np.moveaxis(values, 0, -1), tmp_path / "a.npy"):
        np.testing.assert_array_equal(read_volume(raw).values, values)
    assert read_volume(values[0]).values.shape == (1, 5, 6, 7)
    assert read_volume((values[0], (1, 1, 2.5))).spacing == (1, 1, 2.5)


def test_missing_voxels_are_kept_as_missing() -> None:
    values = numbers(5, 5, 5)
    values[0, 0, 0] = np.nan
    assert np.isnan(read_volume(values).values).sum() == 1


def infinite() -> np.ndarray:
    values = numbers(5, 5, 5)
    values[0, 0, 0] = np.inf
    return values


BAD = {
    "a picture": (numbers(9, 9), r"array \(9, 9\), not a volume"),
    "five axes": (numbers(2, 2, 5, 5, 5), "not a volume"),
    "tiny": (numbers(9, 2, 9), "is 9 x 2 x 9 voxels; at least 4"),
    "constant": (np.full((5, 5, 5), 7), "is 7 in every voxel"),
    "nothing": (np.full((5, 5, 5), np.nan), "every voxel is NaN"),
    "infinite": (infinite(), "infinite values"),
    "words": ("no such file.nii", "is not there"),
    "empty": (np.zeros((0, 5, 5)), "not a volume"),
    "flat voxels": ((numbers(5, 5, 5), (1, 0, 1)), "voxels of 1 x 0 x 1"),
    "a list": ([1, 2], "is list, not a volume"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_volume_is_named(what: str) -> None:
    raw, told = BAD[what]
    with pytest.raises(BadSample, match=told):
        read_volume(raw)


@pytest.mark.parametrize("content", [b"", b"broken", b"\x5c\x01\x00\x00" + 400 * b"\0", b"\x1f\x8bbroken"])
def test_broken_files_are_named(content: bytes, tmp_path: Path) -> None:
    for name in ("a.nii", "a.nii.gz", "a.npy"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadSample):
            read_volume(tmp_path / name)


def test_half_a_file_is_named(tmp_path: Path) -> None:
    nibabel.Nifti1Image(numbers(20, 20, 20), np.eye(4)).to_filename(tmp_path / "a.nii.gz")
    whole = (tmp_path / "a.nii.gz").read_bytes()
    (tmp_path / "a.nii.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSample, match="cannot be read as NIfTI"):
        read_volume(tmp_path / "a.nii.gz")


@pytest.mark.parametrize("at", [-8, -1])
def test_a_wrong_checksum_is_named(at: int, tmp_path: Path) -> None:
    nibabel.Nifti1Image(numbers(20, 20, 20), np.eye(4)).to_filename(tmp_path / "a.nii.gz")
    content = bytearray((tmp_path / "a.nii.gz").read_bytes())
    content[at] ^= 255
    (tmp_path / "a.nii.gz").write_bytes(content)
    with pytest.raises(BadSample, match="is corrupt: its checksum"):
        read_volume(tmp_path / "a.nii.gz")


def test_both_kinds_of_nifti_are_read_compressed(tmp_path: Path) -> None:
    values = numbers(5, 6, 7)
    for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image):
        kind(values, np.eye(4)).to_filename(tmp_path / "a.nii.gz")
        np.testing.assert_array_equal(read_volume(tmp_path / "a.nii.gz").values, values[None])


HEADERS = {
    "type": (70, "<h", (999,), r"type of numbers that is not known \(code 999\)"),
    "offset": (108, "<f", (np.inf,), "its header makes no sense"),
    "low offset": (108, "<f", (-100,), "its header makes no sense"),
    "negative extent": (42, "<h", (-5,), "tells of -5 x 8 x 8 voxels"),
    "huge extents": (40, "<4h", (3, 32767, 32767, 32767), "more voxels than there is memory for|truncated"),
    "no axes": (280, "<12f", (0,) * 12, "in which direction the axes run"),
    "axes that are NaN": (280, "<12f", (np.nan,) * 12, "in which direction the axes run"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("what", HEADERS)
def test_headers_without_sense_are_told_in_words_and_nothing_else_is_said(
    what: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nibabel.Nifti1Image(numbers(8, 8, 8), np.eye(4)).to_filename(tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    at, form, written, told = HEADERS[what]
    struct.pack_into(form, content, at, *written)
    (tmp_path / "a.nii").write_bytes(content)
    capfd.readouterr()
    with pytest.raises(BadSample, match=f"cannot be read as NIfTI: .*({told})"):
        read_volume(tmp_path / "a.nii")
    assert capfd.readouterr().err == ""


def test_colours_are_named(tmp_path: Path) -> None:
    colours = np.zeros((8, 8, 8), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.Nifti1Image(colours, np.eye(4)).to_filename(tmp_path / "a.nii")
    with pytest.raises(BadSample, match=r"holds colours \(RGB\)"):
        read_volume(tmp_path / "a.nii")


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    values = (numbers(8, 8, 8) + 1j).astype(np.complex64)
    nibabel.Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "a.nii.gz")
    np.save(tmp_path / "a.npy", values)
    for raw in (tmp_path / "a.nii.gz", tmp_path / "a.npy", values):
        with pytest.raises(BadSample, match=r"complex numbers; save their magnitude, .* two channels"):
            read_volume(raw)
