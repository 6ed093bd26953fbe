"""Handwritten digits and spoken ones, from two real data sets: one to a picture, or two of which one is spoken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Source

SIDE = 28
"""Pixels a side of one digit."""
COUNTS = {"train": 4_000, "valid": 500, "test": 1_000}


@cache
def spoken_digits() -> Source:
    """Pictures of one handwritten digit each, with a recording of its name by one of six voices in five languages."""
    return _spoken("spoken digits", shown=1, places=1)


@cache
def spoken_mosaics() -> Source:
    """Pictures of two different digits in two of four places, with a recording of the name of one of them.

    Label `tile` says where the spoken one is: 0 to 3, row by row.
    """
    return _spoken("two digits, one of them spoken", shown=2, places=4)


@cache
def shuffled_mosaics() -> Source:
    """`spoken_mosaics`, the recordings of its training samples dealt out anew: nothing is to be learnt from them."""
    mosaics = spoken_mosaics()
    assert mosaics.split is not None
    train = np.array([i for i, part in enumerate(mosaics.split) if part == "train"])
    order = np.arange(len(mosaics))
    order[train] = np.random.default_rng(0).permutation(train)
    speech = mosaics.columns["speech"]
    dealt = replace(speech, items=[speech.items[i] for i in order.tolist()])
    return replace(mosaics, name="two digits, anyone's recording", columns={**mosaics.columns, "speech": dealt})


def _spoken(name: str, shown: int, places: int) -> Source:
    """Digits of a picture are of its part of the split; the 60 recordings (ten words, six voices) serve all parts."""
    pictures, recordings = _handwritten(), _recordings()
    mosaics, said, digit, tile, split = [], [], [], [], []
    for n, (part, count) in enumerate(COUNTS.items()):
        draws = np.random.default_rng((places, n))
        for _ in range(count):
            digits, at = draws.permutation(10)[:shown].tolist(), draws.permutation(places)[:shown].tolist()
            tiles = np.zeros((places, SIDE, SIDE), np.uint8)
            tiles[at] = [_one(pictures[part][d], draws) for d in digits]
            mosaics.append([_joined(tiles)])
            said.append([_one(recordings[digits[0]], draws)])
            digit.append(digits[0])
            tile.append(at[0])
            split.append(part)
    return Source(
        name,
        {
            "image": Column("image", mosaics, options={"flip": False, "degrees": 0.0, "scale": (0.8, 1.0)}),
            "speech": Column("audio", said),
        },
        names=[f"{part}-{i:05d}" for i, part in enumerate(split)],
        labels={"digit": np.array(digit), "tile": np.array(tile)},
        split=split,
        about={"credit": "; ".join(str(catalog.source(origin).about["credit"]) for origin in ("digits", "prompts"))},
    )


def _one(things: Sequence[Any], draws: np.random.Generator) -> Any:
    return things[int(draws.integers(len(things)))]


def _joined(tiles: np.ndarray) -> np.ndarray:
    """A square number of tiles as one picture, row by row: `(n * n, H, W)` -> `(n * H, n * W)`."""
    side = math.isqrt(len(tiles))
    return np.block([list(row) for row in tiles.reshape(side, side, *tiles.shape[1:])])


def _handwritten() -> dict[str, list[list[np.ndarray]]]:
    """Part -> digit -> pictures of MNIST."""
    digits = catalog.source("digits")
    assert digits.split is not None
    found: dict[str, list[list[np.ndarray]]] = {part: [[] for _ in range(10)] for part in COUNTS}
    for i, part in enumerate(digits.split):
        if digits.labels["domain"][i] == "mnist":
            picture = digits.columns["image"].items[i][0]
            assert isinstance(picture, np.ndarray)
            found[part][int(digits.labels["digit"][i])].append(picture)
    return found


def _recordings() -> list[list[Any]]:
    """Digit -> recordings of its name."""
    prompts = catalog.whole("prompts")
    found: list[list[Any]] = [[] for _ in range(10)]
    for i, digit in enumerate(prompts.labels["digit"]):
        if np.isfinite(digit):
            found[int(digit)] += [raw for raw in prompts.columns["speech"].items[i] if raw is not None]
    return found
