"""Array files of NumPy's: nothing is ever unpickled, and what cannot be read is told in our words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from coview.modalities.base import BadSample

ENDINGS = (".npy", ".npz")


def load_npy(file: Path | BinaryIO) -> Any:
    """The array of a `.npy` file, or the arrays by name of a `.npz` file.

    Raises:
        BadSample: it cannot be read.
    """
    try:
        content = io.BytesIO(file.read_bytes()) if isinstance(file, Path) else file
        return np.load(content, allow_pickle=False)
    except FileNotFoundError:
        raise BadSample("is not there") from None
    except (ValueError, EOFError, OSError, BadZipFile) as error:
        raise BadSample(f"cannot be read as an array: {why_unreadable(error)}") from error


def why_unreadable(error: Exception) -> str:
    """Why NumPy could not read a file of arrays; what it takes for a pickle is most often no array at all."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if "Object arrays" in said or "Python objects" in said:
        return "it holds Python objects, and reading those could run code; save plain arrays"
    if "pickle" in said or isinstance(error, EOFError | BadZipFile):
        return "it is no file that numpy.save or numpy.savez wrote, whatever its name says"
    return f"it is broken ({said[:100]})" if isinstance(error, ValueError) else said[:100]


def refuse_complex(dtype: np.dtype, parts: str) -> None:
    """Complex numbers would lose their imaginary part without a word where real ones are read.

    Args:
        dtype: of the values.
        parts: what a value may have several of (`bands`, `channels`).

    Raises:
        BadSample: the type is complex.
    """
    if dtype.kind == "c":
        raise BadSample(f"holds complex numbers; save their magnitude, or real and imaginary parts as two {parts}")
