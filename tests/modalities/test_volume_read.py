from __future__ import annotations

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
