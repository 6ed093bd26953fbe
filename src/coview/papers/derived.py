"""Samples made for claims from real data sets: subsets, pools, and sums of digits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Source
from coview.data.split import unit_hash


def part_of(source: Source, counts: dict[str, int]) -> Source:
    """Some samples of each part of a split, chosen by a hash of their names.

    Args:
        source: of any catalog set; where it names no validation part, one is cut from its training samples.
        counts: how many of train, valid and test.
    """
    order = sorted(range(len(source)), key=lambda i: unit_hash(source.names[i], salt="subset"))
    assert source.split is not None
    chosen: list[int] = []
    split: list[str] = []
    for origin, wanted in _wanted(source.split, counts).items():
        pool = [i for i in order if source.split[i] == origin]
        for part in wanted:
            taken, pool = pool[: counts[part]], pool[counts[part] :]
            chosen += taken
            split += [part] * len(taken)
    return replace(source.rows(chosen), split=split)


def _wanted(split: list[str], counts: dict[str, int]) -> dict[str, list[str]]:
    """Part of the source -> the parts that are cut from it."""
    found: dict[str, list[str]] = {}
    for part in counts:
        found.setdefault(part if part in split else "train", []).append(part)
    return found


@cache
def fashion() -> Source:
    """4,000 pictures of Fashion-MNIST to train on, 1,000 to choose by, 2,000 to score."""
    return part_of(catalog.source("fashion-mnist"), {"train": 4_000, "valid": 1_000, "test": 2_000})


@cache
def few_fashion() -> Source:
    """1,000 pictures of Fashion-MNIST to train on, 1,000 to choose by, 2,000 to score."""
    return part_of(catalog.source("fashion-mnist"), {"train": 1_000, "valid": 1_000, "test": 2_000})


@cache
def artists() -> Source:
    """Emoji that all four artists drew, each artist's drawing a slot of its own."""
    emoji = catalog.source("emoji")
    drawings = emoji.columns["drawing"]
    kept = [i for i, sample in enumerate(drawings.items) if all(picture is not None for picture in sample)]
    slots = {
        artist: Column("image", [[drawings.items[i][n]] for i in kept], options=drawings.options)
        for n, artist in enumerate(drawings.views)
    }
    return replace(emoji.rows(kept), name="emoji by artist", columns=slots)


WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@cache
def digit_sums() -> Source:
    """Two handwritten digits, and the word for their sum modulo ten: any two of the three are independent.

    The digits are the 8 x 8 ones that come with scikit-learn. Pairs are drawn within each part of their split: 6,000
    to train on, 1,000 to choose by, 1,000 to score.
    """
    digits = catalog.source("digits")
    kept = [i for i, domain in enumerate(digits.labels["domain"]) if domain == "optical"]
    digits = digits.rows(kept)
    assert digits.split is not None
    items, digit = digits.columns["image"].items, digits.labels["digit"]
    parts = {p: np.array([i for i, s in enumerate(digits.split) if s == p]) for p in ("train", "valid", "test")}
    a, b, split = [], [], []
    for n, (part, count) in enumerate({"train": 6_000, "valid": 1_000, "test": 1_000}.items()):
        draws = np.random.default_rng((0, n)).choice(parts[part], (count, 2))
        a += draws[:, 0].tolist()
        b += draws[:, 1].tolist()
        split += [part] * count
    sums = [(int(digit[i]) + int(digit[j])) % 10 for i, j in zip(a, b, strict=True)]
    return Source(
        "sums of digits",
        {
            "first": Column("image", [items[i] for i in a]),
            "second": Column("image", [items[j] for j in b]),
            "sum": Column("text", [[WORDS[s]] for s in sums]),
        },
        names=[f"{part}-{i:05d}" for i, part in enumerate(split)],
        labels={"sum": np.array(sums)},
        split=split,
        about=digits.about,
    )


POOLS = {"curated": 100, "uncurated": 900}
"""Pool -> pictures of its most frequent class: every class has as many (curated), or each class 0.63 of the one before
(uncurated)."""
LABELLED = 20
"""Labelled pictures of each class."""


@cache
def pools() -> Source:
    """Fashion-MNIST in two pools and a few labelled pictures, with emoji in grey as clutter of the uncurated pool.

    Curated: 100 pictures of each of 10 classes. Uncurated: 900 of one class down to 14 of another, and every emoji by
    one artist, bright on dark as the clothes are. Labels are known of 20 pictures a class, and where choices are made
    (1,000) and scored (2,000).
    """
    fashion = part_of(catalog.source("fashion-mnist"), {"train": 20_000, "valid": 1_000, "test": 2_000})
    assert fashion.split is not None
    names = sorted(set(fashion.labels["class"].tolist()))
    left = {
        c: [i for i, s in enumerate(fashion.split) if s == "train" and fashion.labels["class"][i] == c] for c in names
    }
    chosen: list[tuple[int, str]] = []
    for rank, c in enumerate(names):
        for pool, count in (
            ("labelled", LABELLED),
            ("curated", POOLS["curated"]),
            ("uncurated", round(POOLS["uncurated"] * 0.63**rank)),
        ):
            chosen += [(i, pool) for i in left[c][:count]]
            left[c] = left[c][count:]
    chosen += [(i, s) for i, s in enumerate(fashion.split) if s != "train"]
    pictures = [fashion.columns["image"].items[i] for i, _ in chosen]
    labels = [fashion.labels["class"][i] if p not in POOLS else None for i, p in chosen]
    clutter = [sample[0] for sample in catalog.source("emoji").columns["drawing"].items if sample[0] is not None]
    grey = [[(255 - picture.mean(2)).astype(np.uint8)] for picture in clutter]
    pool = [p for _, p in chosen] + ["uncurated"] * len(grey)
    return Source(
        "pools of Fashion-MNIST and emoji",
        {"image": Column("image", [*pictures, *grey])},
        names=[*(fashion.names[i] for i, _ in chosen), *(f"clutter-{i}" for i in range(len(grey)))],
        labels={"class": np.array([*labels, *[None] * len(grey)], object), "pool": np.array(pool)},
        split=[p if p in ("valid", "test") else "train" for p in pool],
        about=fashion.about,
    )


@cache
def stamps() -> Source:
    """Stamps with their English captions."""
    return catalog.source("stamps", captions="en")


@cache
def letters() -> Source:
    """4,000 rows of letter recognition to train on, 1,000 to choose by, 2,000 to score."""
    return part_of(catalog.source("letter"), {"train": 4_000, "valid": 1_000, "test": 2_000})


@cache
def sides() -> Source:
    """Furniture, each of four sides a sample of its own: its picture, its depth, and how light it is.

    `lightness` is the third, dark, middle or light, that a picture's mean brightness falls into where depth shows
    something: depth does not tell it. Sides of a piece, and pieces of one name, share a part of the split.
    """
    furniture = catalog.source("furniture", names="en")
    picture, depth = (furniture.columns[slot] for slot in ("picture", "depth"))
    assert furniture.split is not None
    assert furniture.groups is not None
    seen = [(i, n, side) for i in range(len(furniture)) for n, side in enumerate(picture.views)]
    pictures, depths = ([[np.asarray(c.items[i][n])] for i, n, _ in seen] for c in (picture, depth))
    light = np.array([p.mean(2)[d > 0].mean() if (d > 0).any() else 255.0 for (p,), (d,) in zip(pictures, depths)])
    thirds = np.searchsorted(np.quantile(light, [1 / 3, 2 / 3]), light)
    return Source(
        "sides of furniture",
        {"picture": Column("image", pictures), "depth": Column("image", depths)},
        names=[f"{furniture.names[i]} from the {side}" for i, _, side in seen],
        labels={
            "category": furniture.labels["category"][[i for i, _, _ in seen]],
            "lightness": np.array(["dark", "middle", "light"])[thirds],
        },
        groups=[furniture.groups[i] for i, _, _ in seen],
        split=[furniture.split[i] for i, _, _ in seen],
        about=furniture.about,
    )


@cache
def split_bands() -> Source:
    """Neighbourhoods of Landsat pixels, their two visible and two infrared bands as two sensors."""
    satellite = catalog.source("satellite")
    patch = satellite.columns["patch"]
    rasters = [raster for i in range(len(satellite)) if (raster := patch.items[i][0]) is not None]
    slots = {
        name: Column("spectral", [[(values[at], waves[at])] for values, waves in rasters], options=patch.options)
        for name, at in (("visible", slice(0, 2)), ("infrared", slice(2, 4)))
    }
    return replace(satellite, name="satellite by sensor", columns=slots)


SETS = {
    "box": ("x.box", "y.box", "width", "high", "onpix"),
    "place": ("x.bar", "y.bar", "x2bar", "y2bar"),
    "products": ("xybar", "x2ybr", "xy2br"),
    "edges": ("x.ege", "xegvy", "y.ege", "yegvx"),
}
"""The columns of letter recognition by what they measure."""


@cache
def two_letters_by_set() -> Source:
    """`letters`, in pairs: box and place are measured of the first, products and edges of another of the same part.

    Two tables share one letter and two another; nothing is shared by all four.
    """
    first = letters()
    assert first.split is not None
    parts = np.array(first.split)
    others = np.arange(len(first))
    for n, part in enumerate(sorted(set(first.split))):
        at = (parts == part).nonzero()[0]
        others[at] = np.random.default_rng((0, n)).permutation(at)
    second = first.rows(others.tolist())
    slots = {}
    for name, columns in SETS.items():
        table = (first if name in ("box", "place") else second).columns["table"]
        slots[name] = replace(table, options={**table.options, "columns": list(columns)})
    labels = {"first": first.labels["letter"], "second": second.labels["letter"]}
    return replace(first, name="two letters by set", columns=slots, labels=labels)
