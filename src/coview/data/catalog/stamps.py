"""Tux Paint's stamps: a picture, its caption in 78 languages, spoken captions in 14, and the sound it makes.

Photographs and drawings, four slots, many of them missing: the natural case of several modalities. Pictures that exist
as vector drawings only are rendered once. A sound is what the thing on the stamp sounds like; the letters' and digits'
sounds in several languages (spoken names) are left out. Stamps with the same English caption share a split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock
from coview.errors import UserError

if TYPE_CHECKING:
    from coview.data.source import Source

SPOKEN = ("en", "be", "bg", "ca", "da", "el", "es", "fr", "lt", "ml", "nl", "pt_BR", "ro", "ru")
WRITTEN = ("en", "de", "es", "fr", "it", "pl", "ru", "ja")  # each has at least 947 captions
SIZE = 256  # pixels of the longer side of what is rendered
MADE = f"rendered-{SIZE}-1"
_LINE = re.compile(r"([A-Za-z_@]+)\.utf8=(.+)")
_SPEECH = re.compile(r"(.+)_desc(?:_([A-Za-z_]+?))?(?:\.ogg)?\.(?:ogg|wav)")

PACKAGE = Package(
    "apt", "tuxpaint-stamps-default", "2022.06.04-1",
    "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34", 160_880_444,
    "GPL-2.0-only", "Tux Paint stamps by Bill Kendrick and contributors (GPL-2)",
)  # fmt: skip


def build(stock: Stock, captions: str | Sequence[str] = WRITTEN) -> Source:
    """All stamps with a picture.

    Args:
        stock: where the package lies.
        captions: locales of the caption's natural views (`en`, `pt_BR`, ...), or "all" for the 78 there are.
    """
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    root, rendered = _root(stock), stock.made(MADE, lambda into: _render(stock, into, lambda line: None))
    texts = {_name(path, root): _captions(path) for path in sorted(root.rglob("*.txt"))}
    pictures = {name: _picture(name, root, rendered) for name in texts}
    names = [name for name, picture in pictures.items() if picture is not None]
    locales = _locales(captions, [texts[name] for name in names])
    speech = _speech(root)
    groups = [texts[name]["en"].lower().rstrip(".") for name in names]
    return Source(
        "stamps",
        {
            "image": Column("image", [[pictures[name]] for name in names]),
            "caption": Column("text", [[texts[name].get(locale) for locale in locales] for name in names], locales),
            "speech": Column("audio", [[speech.get((name, x)) for x in SPOKEN] for name in names], SPOKEN),
            "sound": Column("audio", [[_if_there(root / f"{name}.ogg")] for name in names]),
        },
        names=names,
        labels={
            "category": np.array([name.split("/")[0] for name in names]),
            "folder": np.array([name.rsplit("/", 1)[0] for name in names]),
        },
        groups=groups,
        skipped=[(name, "a caption without a picture") for name, picture in pictures.items() if picture is None],
        split=split_by_hash(groups),
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Render the drawings that have no pixels."""
    stock.made(MADE, lambda into: _render(stock, into, progress))


def _render(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    from coview.data.catalog.reading.vector import render_png

    root = _root(stock)
    drawings = [path for path in sorted(root.rglob("*.svg")) if not path.with_suffix(".png").exists()]
    progress(f"rendering {len(drawings)} stamps at {SIZE} pixels")
    for path in drawings:
        target = into / f"{_name(path, root)}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(render_png(path, SIZE))


def _root(stock: Stock) -> Path:
    return stock.folder(PACKAGE) / "usr/share/tuxpaint/stamps"


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().removesuffix(path.suffix)


def _picture(name: str, root: Path, rendered: Path) -> Path | None:
    return _if_there(root / f"{name}.png") or _if_there(rendered / f"{name}.png")


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _captions(path: Path) -> dict[str, str]:
    """The first line is English, the others are `LOCALE.utf8=caption`."""
    english, *others = path.read_text("utf-8").splitlines()
    found = (match.groups() for line in others if (match := _LINE.fullmatch(line.strip())))
    return {"en": english.strip(), **{locale: caption.strip() for locale, caption in found if caption.strip()}}


def _locales(asked: str | Sequence[str], texts: list[dict[str, str]]) -> tuple[str, ...]:
    there = {locale for text in texts for locale in text}
    if asked == "all":
        return ("en", *sorted(there - {"en"}))
    chosen = tuple(asked.split(",")) if isinstance(asked, str) else tuple(asked)
    if unknown := [locale for locale in chosen if locale not in there]:
        raise UserError(f"stamps has no captions in {unknown[0]!r}; it has {', '.join(sorted(there))}")
    return chosen


def _speech(root: Path) -> dict[tuple[str, str], Path]:
    """(stamp, locale) -> recording: `NAME_desc.ogg` is English, `NAME_desc_LOCALE.ogg` another language."""
    found = {}
    for path in sorted(root.rglob("*_desc*")):
        if match := _SPEECH.fullmatch(path.relative_to(root).as_posix()):
            found.setdefault((match[1], match[2] or "en"), path)
    return found


SET = DataSet(
    title="Tux Paint stamps: picture, captions, spoken captions, sound",
    slots={
        "image": Slot("image"),
        "caption": Slot("text", WRITTEN),
        "speech": Slot("audio", SPOKEN),
        "sound": Slot("audio"),
    },
    labels={"category": "16 top folders (animals, food, ...)", "folder": "the whole folder (animals/birds, ...)"},
    counts="950 stamps with captions, 7,391 spoken captions of 925 stamps, 134 sounds",
    packages=(PACKAGE,),
    build=build,
    prepare=prepare,
    modules={"resvg_py": ("resvg-py", "data")},
)
