"""A picture of each modality: samples as they are stored, and augmented looks at them.

Pictures lie in docs/pictures, drawn by docs/draw_pictures.py from data of the catalog; so that the pages can be built
without any. A modality that has none there is shown by data made on the spot.
"""

from __future__ import annotations

import importlib
import json
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coview.data import catalog
from coview.data.arrays import from_arrays
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.use.sheet import draw_sheet
from parts.made import repository_on_path

SAMPLES, LOOKS, READ = 3, 4, 48
MOST_BYTES = 60_000
FOLDER = Path(__file__).resolve().parents[1] / "pictures"


@dataclass(frozen=True)
class Shown:
    """What a modality is shown by.

    Args:
        data: a data set of the catalog.
        slot: of it.
        options: of the modality: small pictures show more in little room.
    """

    data: str
    slot: str
    options: dict[str, Any] | None = None


SHOWN = {
    "audio": Shown("prompts", "speech"),
    "events": Shown("flights", "flights"),
    "graph": Shown("molecules", "molecule"),
    "image": Shown("clipart", "image"),
    "points": Shown("furniture", "shape"),
    "series": Shown("watch", "accelerometer"),
    "spectral": Shown("scenes", "scene"),
    "table": Shown("diamonds", "table"),
    "text": Shown("clipart", "title"),
    "video": Shown("pose2sim", "video"),
    "volume": Shown("mricron", "mri"),
}
"""Modality -> the data that its picture is drawn from."""


def draw(name: str) -> tuple[Image.Image, str]:
    """A modality's picture and what is said of it.

    Raises:
        UserError: its data set is not fetched.
    """
    shown = SHOWN[name]
    source = catalog.source(shown.data)
    every = max(1, len(source) // READ)
    rows = list(range(every // 2, len(source), every))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {name: shown.options} if shown.options else None
        data = load(source, slots=[shown.slot], rows=rows, options=options)
    credit, licences = source.about.get("credit", ""), source.about.get("licence", "").split("; ")
    whose = "; ".join([credit, *(licence for licence in licences if licence not in credit)])
    return _sheet(data), f"Slot `{shown.slot}` of `{shown.data}`, from the catalog. {whose}."


def draw_made(name: str) -> tuple[Image.Image, str]:
    """The same from data made on the spot, the one that the tests of every modality use."""
    repository_on_path()
    made = importlib.import_module(f"tests.contracts.items.{name}")
    rng = np.random.default_rng(0)
    source = from_arrays({f"made:{name}": [made.item(rng) for _ in range(READ)]}, name="made data")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = load(source, options={name: getattr(made, "OPTIONS", {})})
    return _sheet(data), "Made on the spot: numbers drawn at random, no data of anyone's."


def keep(name: str, picture: Image.Image, said: str, folder: Path = FOLDER) -> int:
    """Writes a picture and what is said of it; returns its size in bytes, at most 60,000.

    Raises:
        ValueError: it is larger even at the lowest quality that can be looked at.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.webp"
    for quality in (85, 70, 55, 40):
        picture.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            (folder / f"{name}.json").write_text(json.dumps({"said": said}, indent=2) + "\n", encoding="utf-8")
            return path.stat().st_size
    raise ValueError(f"the picture of {name} takes {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}")


def put(name: str, out: Path) -> None:
    """Copies a modality's picture into `out`, or draws it from made data where there is none."""
    out.mkdir(parents=True, exist_ok=True)
    if _is_kept(name):
        shutil.copy(FOLDER / f"{name}.webp", out)
    else:
        keep(name, *draw_made(name), out)
        (out / f"{name}.json").unlink()


def reference(name: str) -> str:
    """A modality's picture, as a page beside it refers to it, and what is said of it."""
    said = json.loads((FOLDER / f"{name}.json").read_text())["said"] if _is_kept(name) else draw_made(name)[1]
    return f"![Samples as they are stored, and augmented looks at them](pictures/{name}.webp)\n\n*{said}*"


def _is_kept(name: str) -> bool:
    return (FOLDER / f"{name}.webp").is_file()


def _sheet(data: Data) -> Image.Image:
    return draw_sheet(data, samples=SAMPLES, looks=LOOKS)
