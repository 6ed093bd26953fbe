"""What a file, a cell or a name is likely to be: by its ending, its first bytes, its wording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

_IMAGE = "png jpg jpeg jpe jfif webp bmp gif tif tiff ppm pgm pbm pnm tga ico avif svg"
_VIDEO = "mp4 m4v mov avi mkv webm mpg mpeg ogv wmv flv 3gp"
_AUDIO = "wav flac ogg oga opus mp3 aif aiff aifc au caf w64 rf64"
_TEXT = "txt text caption"
_POINTS = "obj ply stl off glb"
_VOLUME = "nii nii.gz"

ENDINGS: dict[str, tuple[str, ...]] = {
    modality: tuple(f".{word}" for word in words.split())
    for modality, words in {
        "image": _IMAGE,
        "video": _VIDEO,
        "audio": _AUDIO,
        "text": _TEXT,
        "points": _POINTS,
        "volume": _VOLUME,
    }.items()
}
"""Modality -> file endings that mean it."""

_BY_ENDING = {ending: modality for modality, endings in ENDINGS.items() for ending in endings}

_SPLITS = {
    "train": ("train", "training", "trn"),
    "valid": ("valid", "validation", "val", "dev", "eval"),
    "test": ("test", "testing", "tst"),
}
_SPLIT_OF = {word: part for part, words in _SPLITS.items() for word in words}

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypavi", "image"),
    (4, b"ftyphei", "image"),
    (4, b"ftypmif", "image"),
    (4, b"ftypM4A", "audio"),
    (4, b"ftyp", "video"),
    (0, b"\x1a\x45\xdf\xa3", "video"),
    (8, b"AVI ", "video"),
    (0, b"\x89PNG", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"BM", "image"),
    (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"),
    (8, b"WEBP", "image"),
    (8, b"WAVE", "audio"),
    (8, b"AIFF", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    (0, b"\xff\xfb", "audio"),
    (0, b"\xff\xf3", "audio"),
)


def modality_of_name(name: str) -> str | None:
    """The modality that a file's ending means, or None."""
    return _BY_ENDING.get(ending_of(name).lower())


def ending_of(name: str) -> str:
    """The last dot of a name and what follows; of `scan.nii.gz` both parts."""
    both = "".join(PurePath(name).suffixes[-2:])
    return both if both.lower() in _BY_ENDING else PurePath(name).suffix


def modality_of_bytes(content: bytes) -> str | None:
    """The modality of encoded bytes by their first ones; text where they are UTF-8; None for anything else."""
    for at, magic, modality in _MAGIC:
        if content[at : at + len(magic)] == magic:
            return modality
    try:
        content[:1000].decode()
    except UnicodeDecodeError as error:
        if error.start < len(content[:1000]) - 4:
            return None
    return None if b"\x00" in content[:1000] else "text"


def split_of(word: str) -> str | None:
    """`train`, `valid` or `test` where a folder's or cell's word means one of them."""
    return _SPLIT_OF.get(word.strip().lower())


def split_parts(words: Sequence[str]) -> list[str] | None:
    """The part of each sample where every word means one and some train, else None."""
    parts = [split_of(word) for word in words]
    known = [part for part in parts if part is not None]
    return known if len(known) == len(parts) and "train" in known else None


def some(things: Sequence[str], most: int = 5) -> str:
    """A few of the names, and how many more."""
    shown = ", ".join(things[:most])
    return shown if len(things) <= most else f"{shown} and {len(things) - most:,} more"


def count(n: int, thing: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
