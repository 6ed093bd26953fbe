"""Array files that cannot be read are told in our words, which ask nobody to allow a pickle."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from coview.modalities.base import BadSample
from coview.modalities.npy import ENDINGS, load_npy
from coview.modalities.registry import modality_class, modality_modules

READERS = [(name, ending) for name in modality_modules() for ending in modality_class(name).arrays]


def whole() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones((8, 8, 8)))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is junk", "no file that numpy.save"),
        (b"", "no file that numpy.save"),
        (b"PK\x03\x04 and no more", "no file that numpy.save"),
        (whole()[:300], "it is broken"),
    ],
)
@pytest.mark.parametrize(("modality", "ending"), READERS)
def test_a_file_that_is_no_array_is_named_as_such(
    content: bytes, reason: str, modality: str, ending: str, tmp_path: Path
) -> None:
    (tmp_path / f"a{ending}").write_bytes(content)
    with pytest.raises(BadSample, match=reason) as bad:
        modality_class(modality).read(tmp_path / f"a{ending}")
    assert "pickle" not in str(bad.value)


def test_of_each_ending_there_is_a_modality_that_reads_it_and_of_none_that_is_no_array() -> None:
    assert {ending for _, ending in READERS} == set(ENDINGS)


def test_an_array_of_objects_stays_unread(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(BadSample, match="it holds Python objects, and reading those could run code"):
        load_npy(tmp_path / "a.npy")
