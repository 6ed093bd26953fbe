"""Open Clip Art: public-domain drawings with titles, tags and folders.

A picture that is filed in several folders is one sample, under the folder of its file. Title and tags are the authors'
own words. A title that more than three pictures carry names a collection, not a picture, and is left out; so are the
tags that only say how the archive was kept. Numbered series (`smiley002`) share a split. 1,375 star polygons that a
program drew one after the other are left out: they would be a fifth of the data and one and the same thing. So are 15
posters of more than 50 million pixels.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

MADE = "words-3"
HUGE = 50_000_000  # pixels: posters that cost more to decode than all others together
COLLECTION = 3  # a title of more pictures than this is a collection's
_COLLECTION = re.compile(r"Part of .*|Clipart by [^-]* - ")
_NUMBER = re.compile(r"[_\W]*\d+[_\W]*")
STARS = re.compile(r"shapes/stars/star_\d+pt\d+step")
NO_TAGS = {"hash", "unsorted"}
_CREDIT = "Open Clip Art Library (public domain)"

PNG = Package(
    "apt", "openclipart-png", "1:0.18+dfsg-19",
    "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02", 130_910_028, "public domain", _CREDIT,
)  # fmt: skip
SVG = Package(
    "apt", "openclipart-svg", "1:0.18+dfsg-19",
    "989712d90d57dfa3230049f553bb43b76c30ee4d4b8c5f6e106e33f7db5cbdc5", 24_919_068, "public domain", _CREDIT,
)  # fmt: skip


def build(stock: Stock) -> Source:
    """All drawings; the words come from the metadata of the vector files, the pixels from the PNG files."""
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    made = stock.made(MADE, lambda into: _read_words(stock, into, lambda line: None))
    words: dict[str, dict[str, Any]] = json.loads((made / "words.json").read_text())
    stars = [name for name in words if STARS.fullmatch(name)]
    huge = [name for name in words if words[name]["pixels"] > HUGE]
    names = sorted(set(words) - set(stars) - set(huge))
    shared = Counter(words[name]["title"] for name in names)
    titles = [words[name]["title"] if shared[words[name]["title"]] <= COLLECTION else None for name in names]
    groups = [series(name) for name in names]
    return Source(
        "clipart",
        {
            "image": Column("image", [[_pixels(stock) / f"{name}.png"] for name in names]),
            "title": Column("text", [[title] for title in titles]),
            "tags": Column("text", [[", ".join(words[name]["tags"]) or None] for name in names]),
        },
        names=names,
        labels={
            "category": np.array([_category(name) for name in names], object),
            "folder": np.array([name.rsplit("/", 1)[0] for name in names]),
        },
        groups=groups,
        skipped=[
            ("shapes/stars", f"{len(stars)} star polygons drawn by a program"),
            *((name, f"{words[name]['pixels'] / 1e6:.0f} million pixels") for name in huge),
        ],
        split=split_by_hash(groups),
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Read titles and tags out of the vector files."""
    stock.made(MADE, lambda into: _read_words(stock, into, progress))


def series(name: str) -> str:
    """The name without numbers, in its folder: what the pictures of one series share."""
    folder, _, stem = name.rpartition("/")
    return f"{folder}/{_NUMBER.sub('', stem) or stem}"


def _read_words(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    root = _pixels(stock)
    pictures = [path for path in sorted(root.rglob("*.png")) if not path.is_symlink()]
    progress(f"reading titles and tags of {len(pictures)} drawings")
    names = [path.relative_to(root).as_posix().removesuffix(".png") for path in pictures]
    vectors = stock.folder(SVG) / "usr/share/openclipart/svg"
    facts = {
        name: {**_words(vectors / f"{name}.svg"), "pixels": _pixel_count(path)}
        for name, path in zip(names, pictures, strict=True)
    }
    (into / "words.json").write_text(json.dumps(facts))


def _pixel_count(png: Path) -> int:
    """Width times height, which every PNG has at bytes 16 and 20 (big-endian int32)."""
    with png.open("rb") as file:
        header = file.read(24)
    return int.from_bytes(header[16:20]) * int.from_bytes(header[20:24])


def _words(vector: Path) -> dict[str, Any]:
    """Title and tags of the Dublin Core metadata in an SVG file."""
    if not vector.is_file():
        return {"title": None, "tags": []}
    work = next((e for e in ElementTree.parse(vector).iter() if e.tag.endswith("}Work")), ElementTree.Element("none"))
    titles = [_COLLECTION.sub("", _plain(e.text)) for e in work if e.tag.endswith("}title") and e.text]
    tags = [_plain(e.text) for e in work.iter() if e.tag.endswith("}li") and e.text]
    kept = [tag for tag in dict.fromkeys(tags) if tag and tag not in NO_TAGS]
    return {"title": next(filter(None, titles), None), "tags": kept}


def _plain(words: str) -> str:
    """Words with spaces between them: some are joined by underscores, some were escaped twice."""
    return " ".join(html.unescape(words).replace("_", " ").split())


def _pixels(stock: Stock) -> Path:
    return stock.folder(PNG) / "usr/share/openclipart/png"


def _category(name: str) -> str | None:
    top = name.split("/")[0]
    return None if top == "unsorted" else top


SET = DataSet(
    title="Open Clip Art: drawings with titles and tags",
    slots={"image": Slot("image"), "title": Slot("text"), "tags": Slot("text")},
    labels={"category": "21 top folders (food, people, ...)", "folder": "the whole folder"},
    counts="5,510 drawings, 2,812 with a title of their own, 5,259 with tags",
    packages=(PNG, SVG),
    build=build,
    prepare=prepare,
)
