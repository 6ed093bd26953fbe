"""What the columns of a table are: slots of a modality, labels, or nothing that is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.types as types

from coview.data.files.rasters import mostly_rasters
from coview.data.kinds import modality_of_bytes, modality_of_name
from coview.data.tables.cells import Make, make_array, make_encoded, make_path, make_same

LOOKED_AT = 100
MOST_KINDS = 1_000
LABEL_NAMES = {"label", "labels", "class", "category", "target", "y"}
_SOUND_NAMES = {"audio", "wave", "waveform", "sound", "speech", "recording"}
_PICTURE_NAMES = {"image", "img", "picture", "photo", "pixels", "pixel_values"}
_SERIES_NAMES = {"series", "signal", "sensor", "accelerometer", "gyroscope", "acc", "gyro", "ecg", "eeg", "emg"}
_CODE = re.compile(r"(^|.*[_\-. ])(id|code|no|nr|number|type|kind|class|category|zip|product|item|film|movie|event)$")
_ENTITY = re.compile(
    r"(^|.*[_\-. ])(id|entity|user|customer|client|person|patient|subject|player|member|device|sensor|machine|unit|"
    r"vehicle|aircraft|station|store|account|card|session|visit|case|recording|series|trip)$"
)


@dataclass(frozen=True)
class Kind:
    """How a column is read as a slot.

    Args:
        modality: by which modality.
        make: a cell as a raw value.
        what: for people: paths, bytes, text, numbers.
        listed: whether a cell is a list of natural views.
    """

    modality: str
    make: Make
    what: str
    listed: bool = False


def infer(name: str, column: pa.ChunkedArray, folder: Path) -> Kind | None:
    """How a column is read as a slot, by type, values and name; None where it says no modality."""
    kind = plain_type(column.type)
    if is_list(kind) and not _holds_numbers(kind):
        inner = infer(name, flat(column), folder)
        return inner and Kind(inner.modality, inner.make, f"lists of {inner.what}", listed=True)
    if is_list(kind):
        modality = _of_numbers(name)
        return Kind(modality, make_array, "numbers") if modality else None
    if _is_encoded(kind):
        modality = _of_encoded(name, first_values(column))
        return Kind(modality, partial(make_encoded, folder), "encoded bytes") if modality else None
    values = first_values(column)
    if not values:
        return None
    if _is_bytes(kind):
        modality = _most([modality_of_bytes(value) for value in values])
        return Kind(modality, make_same, "bytes") if modality else None
    if not is_text(kind):
        return None
    modality = _most([modality_of_name(value) for value in values], share=0.9)
    if modality:
        files = [make_path(folder, value) for value in values]
        raster = modality == "image" and mostly_rasters([file for file in files if file is not None])
        return Kind("spectral" if raster else modality, partial(make_path, folder), "paths")
    if "smiles" in re.split(r"[^a-z]+", name.lower()):
        return Kind("graph", make_same, "SMILES")
    return None if is_web(values) else Kind("text", make_same, "text")


def as_modality(name: str, column: pa.ChunkedArray, folder: Path, modality: str) -> Kind:
    """How a column is read as a slot of the modality that the user named."""
    guess = infer(name, column, folder)
    if guess is not None and guess.modality == modality:
        return guess
    kind = plain_type(column.type)
    if is_list(kind) and not _holds_numbers(kind):
        inner = as_modality(name, flat(column), folder, modality)
        return Kind(modality, inner.make, f"lists of {inner.what}", listed=True)
    if is_list(kind):
        return Kind(modality, make_array, "numbers")
    if _is_encoded(kind):
        return Kind(modality, partial(make_encoded, folder), "encoded bytes")
    if is_text(kind) and modality == "graph":
        return Kind(modality, make_same, "SMILES")
    if is_text(kind) and modality != "text":
        return Kind(modality, partial(make_path, folder), "paths")
    if modality == "text" and not _is_bytes(kind) and not is_text(kind):
        return Kind(modality, str, "values as text")
    return Kind(modality, make_same, "bytes" if _is_bytes(kind) else "text" if is_text(kind) else "numbers")


def is_label(name: str, column: pa.ChunkedArray) -> bool:
    """Whether a column is for evaluation: words or whole numbers of few kinds, each met about twice or more."""
    kind = column.type
    if types.is_dictionary(kind) or types.is_boolean(kind):
        return True
    if not (is_text(kind) or types.is_integer(kind)):
        return False
    rows = len(column) - column.null_count
    kinds = distinct(column)
    if kinds < 2 or kinds > MOST_KINDS:
        return False
    if is_text(kind):
        values = first_values(column)
        if any(modality_of_name(value) for value in values):
            return False
        if sum(len(value.split()) for value in values) > 3 * len(values):
            return False
    return name.lower() in LABEL_NAMES or 2 * kinds <= rows


def is_code(name: str) -> bool:
    """Whether a column holds names of kinds of things, by its own name."""
    return _CODE.match(name.lower()) is not None


def is_entity(name: str) -> bool:
    """Whether a column says whose a row is, by its name."""
    return name.lower() == "__key__" or _ENTITY.match(name.lower()) is not None


def numbered(names: list[str]) -> dict[str, list[str]]:
    """Columns that are natural views by their names: `caption_1`, `caption_2` -> `caption`."""
    found: dict[str, list[str]] = {}
    for name in names:
        match = re.fullmatch(r"(.*?[^\d_\-. ])[_\-. ]?\d{1,3}", name)
        found.setdefault(match[1] if match else name, []).append(name)
    return found


def first_values(column: pa.ChunkedArray) -> list[Any]:
    """Up to 100 values that are there, as Python has them."""
    return column.slice(0, 50 * LOOKED_AT).drop_null().slice(0, LOOKED_AT).to_pylist()


def distinct(column: pa.ChunkedArray) -> int:
    """How many different values there are, nulls apart."""
    return len(column.drop_null().unique())


def flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The elements of the lists in the first rows."""
    return pa.chunked_array([c.flatten() for c in column.slice(0, LOOKED_AT).chunks], type=column.type.value_type)


def is_web(values: list[str]) -> bool:
    """Whether values are web addresses."""
    return sum(value.startswith(("http://", "https://", "s3://", "gs://")) for value in values) > len(values) / 2


def _most(found: list[str | None], share: float = 0.5) -> str | None:
    """The one modality that at least this share of the values has."""
    best = max(set(found), key=found.count) if found else None
    return best if best and found.count(best) >= share * len(found) else None


def _of_numbers(name: str) -> str | None:
    word = re.split(r"[^a-z]", name.lower())[0]
    if word in _SERIES_NAMES:
        return "series"
    return "audio" if word in _SOUND_NAMES else "image" if word in _PICTURE_NAMES else None


def _of_encoded(name: str, values: list[dict[str, Any]]) -> str | None:
    found = [modality_of_bytes(v["bytes"]) if v.get("bytes") else modality_of_name(v.get("path") or "") for v in values]
    return _most(found) or _of_numbers(name)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values where they are kept in a dictionary."""
    return kind.value_type if types.is_dictionary(kind) else kind


def is_list(kind: pa.DataType) -> bool:
    """Whether cells are lists, of any kind Arrow has."""
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _holds_numbers(kind: pa.DataType) -> bool:
    while is_list(kind):
        kind = kind.value_type
    return types.is_integer(kind) or types.is_floating(kind)


def _is_encoded(kind: pa.DataType) -> bool:
    return types.is_struct(kind) and {"bytes", "path"} <= {field.name for field in kind}


def _is_bytes(kind: pa.DataType) -> bool:
    plain = types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    return plain or types.is_binary_view(kind)


def is_text(kind: pa.DataType) -> bool:
    """Whether cells are words, of any kind Arrow has."""
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
