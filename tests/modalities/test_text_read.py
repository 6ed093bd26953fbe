from __future__ import annotations

import time
from pathlib import Path

import pytest

from coview.modalities.base import BadSample
from coview.modalities.text import Text
from coview.modalities.text.read import MOST_CHARACTERS


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a cat", "a cat"),
        ("  a cat\n", "a cat"),
        ("日本".encode(), "日本"),
        (b"\xef\xbb\xbfmarked", "marked"),
        (bytearray(b"array"), "array"),
        ("nul\x00inside", "nul\x00inside"),
    ],
)
def test_text_is_read_as_it_is(raw: object, text: str) -> None:
    assert Text.read(raw) == text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "is empty text"),
        (" \n\t\u3000", "is empty text"),
        (b"", "is empty text"),
        (b"caf\xe9 au lait", "is not UTF-8 at byte 3"),
        ("日本".encode()[:-1], "is not UTF-8 at byte 3"),
        ("half \ud83d pair", "has half a surrogate pair at character 5"),
        (float("nan"), "is float, not text"),
        (None, "is NoneType, not text"),
        (["a"], "is list, not text"),
        (Path("no/such/file.txt"), "cannot be opened: No such file"),
    ],
)
def test_what_is_no_text_is_named(raw: object, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        Text.read(raw)


def test_a_path_is_a_file_and_a_string_is_itself(tmp_path: Path) -> None:
    file = tmp_path / "caption.txt"
    file.write_text("a red apple\n", encoding="utf-8")
    assert Text.read(file) == "a red apple"
    assert Text.read(str(file)) == str(file)
    (tmp_path / "latin.txt").write_bytes("Äpfel".encode("latin-1"))
    with pytest.raises(BadSample, match="byte 0"):
        Text.read(tmp_path / "latin.txt")


@pytest.mark.parametrize("character", ["a", "é", "日", "😀"])
def test_a_megabyte_is_cut_and_not_waited_for(character: str, tmp_path: Path) -> None:
    huge = character * 1_000_000
    (tmp_path / "huge.txt").write_bytes(huge.encode())
    start = time.perf_counter()
    cut = [Text.read(huge), Text.read(huge.encode()), Text.read(tmp_path / "huge.txt")]
    text = Text.adapt(["a cat", "a dog"])
    view = text.collate([cut])
    assert time.perf_counter() - start < 2
    assert [len(c) for c in cut] == [MOST_CHARACTERS] * 3
    assert view.length is not None
    assert view.length.tolist() == [[text.length] * 3]
    assert [text.notes(c) for c in cut] == [[f"cut after {text.length} tokens (text.length)"]] * 3


@pytest.mark.parametrize(("after", "noted"), [("", False), (" \n" * 9, False), (" \nand on", True)])
def test_what_lies_beyond_the_most_that_is_read_is_noted(after: str, noted: bool, tmp_path: Path) -> None:
    text, long = Text.adapt(["ab" * MOST_CHARACTERS] * 2, length=4096), "ab" * (MOST_CHARACTERS // 2) + after
    (tmp_path / "long.txt").write_text(long)
    for read in (Text.read(long), Text.read(long.encode()), Text.read(tmp_path / "long.txt")):
        assert read == "ab" * (MOST_CHARACTERS // 2)
        assert text.notes(read) == (["cut after 20,000 characters, the most that is read"] if noted else [])


def test_a_cut_within_a_character_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "shifted.txt"
    file.write_bytes(b"a" + "😀".encode() * 30_000)
    assert Text.read(file) == "a" + "😀" * (MOST_CHARACTERS - 1)
