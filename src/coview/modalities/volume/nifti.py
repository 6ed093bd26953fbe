"""NIfTI files by nibabel: checked to their last byte, and told in our words where they cannot be read."""

from __future__ import annotations

import gzip
import logging
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from coview.modalities.base import BadSample
from coview.modalities.npy import refuse_complex

_CHUNK = 1 << 20
"""Bytes that are decompressed at once where only their checksum is wanted."""


def read_nifti(path: Path) -> tuple[np.ndarray, Any]:
    """The voxels `(X, Y, Z, ...)` float32 of a file, axes to the right, to the front and up, and their sizes.

    Raises:
        BadSample: it cannot be read, is corrupt, or holds colours or complex values.
    """
    from nibabel.filebasedimages import ImageFileError
    from nibabel.orientations import OrientationError
    from nibabel.spatialimages import HeaderDataError

    broken = (ImageFileError, HeaderDataError, OrientationError, OSError, EOFError, MemoryError, ArithmeticError)
    try:
        with _unheard("nibabel.global"), np.errstate(invalid="ignore", over="ignore"):
            return _gzipped(path) if path.name.lower().endswith(".nii.gz") else _voxels(_load(path))
    except zlib.error as error:
        raise BadSample("is corrupt: what is in it cannot be decompressed") from error
    except (*broken, ValueError, TypeError, KeyError) as error:
        raise BadSample(_why(error)) from error


def _load(path: Path) -> Any:
    import nibabel

    return nibabel.load(path)  # pyright: ignore[reportPrivateImportUsage]


def _gzipped(path: Path) -> tuple[np.ndarray, Any]:
    """Read in one go to the end of the stream, where its checksum is: nibabel alone stops at the last voxel."""
    from nibabel.fileholders import FileHolder
    from nibabel.nifti1 import Nifti1Image
    from nibabel.nifti2 import Nifti2Image

    with gzip.open(path) as stream:
        start = stream.read(540)
        stream.seek(0)
        kinds = [kind for kind in (Nifti1Image, Nifti2Image) if kind.header_class.may_contain_header(start)]
        if not kinds:
            raise BadSample("cannot be read as NIfTI: " + ("it is no NIfTI file" if start else "it is empty"))
        found = _voxels(kinds[0].from_file_map({"image": FileHolder(fileobj=stream)}))
        while stream.read(_CHUNK):
            pass
        return found


def _voxels(image: Any) -> tuple[np.ndarray, Any]:
    import nibabel

    kept = image.get_data_dtype()
    refuse_complex(kept, "channels")
    if kept.names:
        raise BadSample(f"holds colours ({''.join(kept.names)}), not one number a voxel; save each as a channel")
    if min(image.shape, default=1) < 0:
        raise BadSample(f"cannot be read as NIfTI: its header tells of {' x '.join(map(str, image.shape))} voxels")
    image = nibabel.as_closest_canonical(image)  # pyright: ignore[reportPrivateImportUsage]
    return np.asarray(image.dataobj, dtype=np.float32), image.header.get_zooms()[:3]


def _why(error: Exception) -> str:
    """What is wrong with a file, in words, where nibabel or gzip could not read it."""
    from nibabel.orientations import OrientationError

    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, gzip.BadGzipFile):
        if "CRC" in said or "length" in said:
            return "is corrupt: its checksum does not agree with what is in it"
        return "cannot be read as NIfTI: it is not compressed by gzip from beginning to end, whatever its name says"
    match error:
        case MemoryError():
            why = "its header tells of more voxels than there is memory for"
        case EOFError():
            why = "it is truncated: the compressed data end too soon"
        case OrientationError() | np.linalg.LinAlgError():
            why = "its header does not say in which direction the axes run (sform, qform)"
        case _ if found := re.search(r"Expected (\d+) bytes, got (\d+) bytes", said):
            why = f"it is truncated: of {int(found[1]):,} bytes of voxels {int(found[2]):,} are there"
        case _ if found := re.search(r"data code (-?\d+)", said):
            why = f"its header names a type of numbers that is not known (code {found[1]})"
        case _ if "Empty file" in said:
            why = "it is empty"
        case _ if "work out file type" in said:
            why = "it is no NIfTI file"
        case OSError():
            why = said[:100]
        case _:
            why = f"its header makes no sense ({said[:80]})"
    return f"cannot be read as NIfTI: {why}"


@contextmanager
def _unheard(name: str) -> Iterator[None]:
    """What a logger would say in this thread is not said: the reason is told by what is raised."""
    logger, here = logging.getLogger(name), threading.get_ident()

    def elsewhere(record: logging.LogRecord) -> bool:
        return record.thread != here

    logger.addFilter(elsewhere)
    try:
        yield
    finally:
        logger.removeFilter(elsewhere)
