"""Scans in any form, as channels of floats with NaN where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.npy import load_npy, refuse_complex
from coview.modalities.volume.nifti import read_nifti

LEAST = 4
"""Voxels along each axis of the smallest volume."""


@dataclass(frozen=True)
class Scan:
    """Numbers on a grid in space.

    Args:
        values: `(C, D, H, W)` float32, NaN where there is nothing.
        spacing: size of a voxel along each of the three axes, in one unit for all.
    """

    values: np.ndarray
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.values.nbytes


def read_volume(raw: Any) -> Scan:
    """A scan file or array as channels in space.

    NIfTI is read by nibabel: turned such that the axes run to the right, to the front and up, with the size of voxels
    from the header; a fourth axis is channels. Arrays are `(D, H, W)`, or with channels first or last, whichever of
    the two axes is shorter; their voxels are cubes. NaN marks where there is nothing.

    Args:
        raw: a path (nii, nii.gz, npy), an array, `(array, spacing)`, or a `Scan`.

    Raises:
        BadSample: it cannot be read, is no volume, has infinite values, fewer than 4 voxels along an axis, nothing but
            NaN, one value everywhere, or complex ones.
        MissingExtra: nibabel is not installed.
    """
    match raw:
        case Scan():
            scan = raw
        case Path() | str():
            path = Path(raw)
            scan = Scan(_channels(_array(load_npy(path)))) if path.suffix.lower() == ".npy" else _nifti(path)
        case (array, spacing) if np.shape(spacing) == (3,):
            scan = Scan(_channels(_array(array)), _spacing(spacing))
        case _:
            scan = Scan(_channels(_array(raw)))
    return _checked(scan)


def _checked(scan: Scan) -> Scan:
    shape, values = scan.values.shape[1:], scan.values
    if min(shape) < LEAST:
        raise BadSample(f"is {_said(shape)} voxels; at least {LEAST} along each axis are needed")
    if np.isinf(values).any():
        raise BadSample("has infinite values; mark where there is nothing as NaN")
    there = values[np.isfinite(values)]
    if not len(there):
        raise BadSample("holds nothing: every voxel is NaN")
    if there.min() == there.max():
        raise BadSample(f"is {there[0]:g} in every voxel: there is nothing to tell")
    return scan


def _array(value: Any) -> np.ndarray:
    array = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
    if isinstance(array, np.ndarray):
        refuse_complex(array.dtype, "channels")
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise BadSample(f"is {type(value).__name__}, not a volume (a NIfTI file, or an array (D, H, W))")
    return array


def _channels(array: np.ndarray) -> np.ndarray:
    """An array of numbers as `(C, D, H, W)` float32."""
    if array.dtype.kind not in "biuf":
        raise BadSample(f"holds {array.dtype}, not numbers")
    given = array.shape
    while array.ndim > 4 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim not in (3, 4) or not array.size:
        raise BadSample(f"is an array {given}, not a volume (D, H, W) or channels of one (C, D, H, W)")
    if array.ndim == 3:
        array = array[None]
    elif array.shape[-1] < array.shape[0]:
        array = np.moveaxis(array, -1, 0)
    return np.ascontiguousarray(array, dtype=np.float32)


def _nifti(path: Path) -> Scan:
    try:
        import nibabel  # pyright: ignore[reportUnusedImport]  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtra("nibabel", "volume") from None
    if not path.is_file():
        raise BadSample("is not there" if not path.exists() else "is not a file")
    values, zooms = read_nifti(path)
    while values.ndim > 4 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim == 4:  # the fourth axis of NIfTI is time or channels, however many there are
        values = np.moveaxis(values, -1, 0)
        return Scan(np.ascontiguousarray(values), _spacing(zooms))
    return Scan(_channels(values), _spacing(zooms))


def _spacing(sizes: Any) -> tuple[float, float, float]:
    spacing = tuple(float(size) for size in sizes)
    if len(spacing) != 3 or not all(np.isfinite(size) and size > 0 for size in spacing):
        raise BadSample(f"has voxels of {_said(spacing)}; three positive sizes are needed")
    return spacing  # type: ignore[return-value]


def _said(sizes: Any) -> str:
    return " x ".join(f"{size:g}" for size in sizes)
