"""Array files as samples: `.npy`, `.npz`, `.safetensors`; nothing is ever unpickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from coview.data.arrays import NoModality, from_arrays
from coview.data.mapping import Wanted, missing
from coview.data.source import Source
from coview.errors import UserError
from coview.modalities.npy import why_unreadable

ARRAY_ENDINGS = (".npy", ".npz", ".safetensors")
PICKLED_ENDINGS = (".pt", ".pth", ".pkl", ".pickle", ".joblib")

_LABELS = ("label", "labels", "target", "targets", "y", "class", "classes")


def open_arrays(path: Path, columns: list[Wanted] | None = None) -> Source:
    """The arrays of a `.npy`, `.npz` or `.safetensors` file: slots, and labels where one number or word a sample.

    Raises:
        UserError: the file is no array file, would have to be unpickled, or an array named is not there.
    """
    arrays = _read(path)
    if columns:
        slots: dict[str, Any] = {}
        for wanted in columns:
            for key in wanted.columns:
                if key not in arrays:
                    raise missing(path.name, key, f"slot {wanted.slot!r}", "array", list(arrays))
            views = [arrays[key] for key in wanted.columns]
            left = f"{wanted.slot}:{wanted.modality}" if wanted.modality else wanted.slot
            slots[left] = tuple(views) if len(views) > 1 else views[0]
        used = {key for wanted in columns for key in wanted.columns}
        rest = {key: a for key, a in arrays.items() if key not in used}
    else:
        slots = {key: a for key, a in arrays.items() if a.ndim > 1 or (a.dtype.kind == "U" and key not in _LABELS)}
        rest = {key: a for key, a in arrays.items() if key not in slots}
    if not slots:
        told = ", ".join(f"{key} {a.shape}" for key, a in arrays.items()) or "nothing"
        raise UserError(f"{path} holds no array of samples, only {told}; a slot has at least two axes")
    slots = {k: v.tolist() if isinstance(v, np.ndarray) and v.dtype.kind == "U" else v for k, v in slots.items()}
    n = len(next(v[0] if isinstance(v, tuple) else v for v in slots.values()))
    labels = {key: a for key, a in rest.items() if a.ndim == 1 and len(a) == n}
    try:
        return from_arrays(slots, labels=labels, name=path.name)
    except NoModality as untold:
        of = {wanted.slot: ",".join(wanted.columns) for wanted in columns or ()}
        raise NoModality(untold.slot, untold.what, of.get(untold.slot)) from None


def _read(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name; `.npy` has one, named after the file."""
    try:
        match path.suffix.lower():
            case ".npy":
                return {path.stem: np.load(path, mmap_mode="r", allow_pickle=False)}
            case ".npz":
                with np.load(path, allow_pickle=False) as file:
                    return {key: file[key] for key in file.files}
            case _:
                from safetensors.torch import load_file

                return {key: tensor.numpy() for key, tensor in load_file(path).items()}
    except Exception as error:  # zip, header and safetensors errors share no base
        raise UserError(f"{path} cannot be read as arrays: {why_unreadable(error)}") from error


def pickled(path: Path) -> UserError:
    """The error that a file would have to be unpickled."""
    return UserError(
        f"{path} is a pickle, and reading one can run code; save its tensors with "
        "safetensors.torch.save_file or numpy.savez"
    )
