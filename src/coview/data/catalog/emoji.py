"""Emoji drawn by four artists, with their names: natural views of one concept, and a text beside them.

A concept is a Unicode sequence (the artists' own names for it differ here and there) that at least two of the four
drew; skin-tone variants are left out. Its name is the one most artists use. Families of variants share a split: see
`reading.families`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

SIZE = 36  # pixels: a little more than the usual 32, to crop from
TONES = {"1f3fb", "1f3fc", "1f3fd", "1f3fe", "1f3ff"}
MADE = f"drawings-{SIZE}-2"  # the last number moves when the rules below do

PACKAGES = {
    "noto": Package(
        "npm", "@iconify-json/noto", "1.2.9",
        "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad", 3_102_958,
        "Apache-2.0", "Noto Emoji by Google (Apache-2.0)",
    ),
    "twemoji": Package(
        "npm", "@iconify-json/twemoji", "1.2.5",
        "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7", 1_555_888,
        "CC-BY-4.0", "Twemoji by Twitter and contributors (CC BY 4.0)",
    ),
    "openmoji": Package(
        "npm", "@iconify-json/openmoji", "1.2.29",
        "03181e2c156cab35cf4a62f1f7886bd971d59212e75ac3f189d5a4cae3930fc5", 1_264_633,
        "CC-BY-SA-4.0", "OpenMoji by HfG Schwäbisch Gmünd and contributors (CC BY-SA 4.0)",
    ),
    "fluent": Package(
        "npm", "@iconify-json/fluent-emoji-flat", "1.2.6",
        "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175", 1_172_438,
        "MIT", "Fluent Emoji by Microsoft (MIT)",
    ),
}  # fmt: skip
ARTISTS = tuple(PACKAGES)


LOOKS = {"size": 32, "scale": (0.6, 1.0), "flip": False, "degrees": 5.0, "color": 0.15, "grey": 0.0}
"""How drawings may be altered: a mirrored arrow is another emoji, and only its colour tells one heart from the next."""


def build(stock: Stock, least: int = 2) -> Source:
    """Concepts that at least `least` artists drew (2 to 4); drawings are views into one memory-mapped array each."""
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    made = stock.made(MADE, lambda into: _draw(stock, into, lambda line: None))
    concepts = [c for c in json.loads((made / "concepts.json").read_text()) if sum(c["drawn"].values()) >= least]
    pixels = {artist: np.load(made / f"{artist}.npy", mmap_mode="r") for artist in ARTISTS}
    drawings = [
        [np.asarray(pixels[artist][c["row"]]) if c["drawn"][artist] else None for artist in ARTISTS] for c in concepts
    ]
    groups = [c["family"] for c in concepts]
    return Source(
        "emoji",
        {
            "drawing": Column("image", drawings, ARTISTS, LOOKS),
            "name": Column("text", [[c["name"].replace("-", " ")] for c in concepts]),
        },
        names=[c["name"] for c in concepts],
        labels={"category": np.array([c["category"] for c in concepts]), "family": np.array(groups)},
        groups=groups,
        split=split_by_hash(groups),
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Draw every concept once."""
    stock.made(MADE, lambda into: _draw(stock, into, progress))


def _draw(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    """`concepts.json` and for each artist one `(N, SIZE, SIZE, 3)` uint8 array, white where nothing was drawn."""
    import numpy as np

    from coview.data.catalog.reading.families import base_name, merge
    from coview.data.catalog.reading.iconify import IconSet
    from coview.data.catalog.reading.vector import render

    sets = {artist: IconSet.read(stock.folder(p) / "package") for artist, p in PACKAGES.items()}
    codes = Counter(code for icons in sets.values() for code in icons.by_code)
    shared = sorted(code for code, drawn in codes.items() if drawn >= 2 and not TONES & set(code.split("-")))
    progress(f"drawing {len(shared)} emoji by {len(sets)} artists at {SIZE} x {SIZE}")
    concepts, same = [], defaultdict(list)
    pixels = {artist: np.full((len(shared), SIZE, SIZE, 3), 255, np.uint8) for artist in sets}
    for row, code in enumerate(shared):
        called = {artist: icons.by_code[code] for artist, icons in sets.items() if code in icons.by_code}
        for artist, name in called.items():
            drawing = render(sets[artist].svg(name, SIZE), SIZE)
            pixels[artist][row] = drawing
            same[artist, drawing.tobytes()].append(row)
        concepts.append(
            {
                "name": Counter(called.values()).most_common(1)[0][0],
                "code": code,
                "category": _category(sets, called),
                "row": row,
                "drawn": {artist: artist in called for artist in sets},
            }
        )
    families = merge([base_name(c["name"]) for c in concepts], same.values())
    for concept, family in zip(concepts, families, strict=True):
        concept["family"] = family
    concepts.sort(key=lambda c: c["name"])
    for artist, drawn in pixels.items():
        np.save(into / f"{artist}.npy", drawn)
    (into / "concepts.json").write_text(json.dumps(concepts))


def _category(sets: dict, called: dict[str, str]) -> str:
    """The category that most artists file it under; some sets leave the "&" out, and extras are no category."""
    filed = [sets[artist].categories.get(name, "") for artist, name in called.items()]
    plain = [c.replace(" & ", " ") for c in filed if c and not c.startswith("Extras")]
    return Counter(plain).most_common(1)[0][0]


SET = DataSet(
    title="Emoji drawn by four artists, with their names",
    slots={"drawing": Slot("image", ARTISTS), "name": Slot("text")},
    labels={"category": "9 categories of Unicode", "family": "base name shared by gender and direction variants"},
    counts="1,950 concepts, 7,172 drawings (1,594 concepts drawn by all four)",
    packages=tuple(PACKAGES.values()),
    build=build,
    prepare=prepare,
    modules={"resvg_py": ("resvg-py", "data")},
)
