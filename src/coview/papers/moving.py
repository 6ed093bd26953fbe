"""Clips made for claims: clothes that move over still ones, straight on or in a bow; the direction is the label."""

from __future__ import annotations

from functools import cache

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Source
from coview.papers.derived import part_of

SIDE, FRAMES, RATE = 32, 16, 15.0
"""Pixels a side and frames of a clip, frames a second."""
COUNTS = {"train": 3_000, "valid": 500, "test": 1_000}
DIRECTIONS = ("right", "down right", "down", "down left", "left", "up left", "up", "up right")
"""An eighth of a turn from each to the next."""
SPEED = 1.4
"""Pixels a frame."""
LOOKS = {"seconds": FRAMES / RATE, "size": SIDE, "flip": False, "scale": (0.6, 1.0), "color": 0.3, "grey": 0.0}


@cache
def moving_clothes() -> Source:
    """Pieces of clothing of Fashion-MNIST, coloured, that move straight over a larger one, still and in another colour.

    What leaves on one side comes back on the other, so that no place of a single frame says which way it goes. Pieces
    are of their own part of the split.
    """
    return _moving("moving clothes", turn=0.0)


@cache
def turning_clothes() -> Source:
    """The same, but they go in a bow, half a turn to either side; `direction` is the one in the middle of the clip."""
    return _moving("turning clothes", turn=180.0)


def _moving(name: str, turn: float) -> Source:
    pieces = part_of(catalog.source("fashion-mnist"), {part: 2 * count for part, count in COUNTS.items()})
    assert pieces.split is not None
    clips, direction, split = [], [], []
    for n, (part, count) in enumerate(COUNTS.items()):
        random = np.random.default_rng((15, n))
        own = [i for i, of in enumerate(pieces.split) if of == part]
        for i in range(count):
            piece, ground = (_picture(pieces, row) for row in own[2 * i : 2 * i + 2])
            middle, side = random.integers((len(DIRECTIONS), 2))
            clips.append([(clip(piece, ground, path(45.0 * middle, turn * (2 * side - 1)), random), RATE)])
            direction.append(DIRECTIONS[middle])
            split.append(part)
    return Source(
        name,
        {"video": Column("video", clips, options=LOOKS)},
        names=[f"{part}-{i:05d}" for i, part in enumerate(split)],
        labels={"direction": np.array(direction)},
        split=split,
        about=pieces.about,
    )


def path(middle: float, turn: float) -> np.ndarray:
    """Where something is in each frame, pixels down and right of where it began: `(FRAMES, 2)` int.

    Args:
        middle: degrees clockwise from the right, the direction halfway.
        turn: degrees clockwise from the first step to the last.
    """
    degrees = middle + turn * np.linspace(-0.5, 0.5, FRAMES - 1)
    steps = SPEED * np.stack([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))], 1)
    return np.concatenate([np.zeros((1, 2)), steps.cumsum(0)]).round().astype(int)


def _picture(pieces: Source, row: int) -> np.ndarray:
    """`(28, 28)` light from 0 to 1."""
    picture = pieces.columns["image"].items[row][0]
    return np.asarray(picture, np.float32).reshape(28, 28) / 255


def clip(piece: np.ndarray, ground: np.ndarray, places: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A piece at half its size, from any place on, over a still one: `(FRAMES, SIDE, SIDE, 3)` uint8.

    Args:
        piece, ground: `(28, 28)` light from 0 to 1; colours are drawn.
        places: as `path` gives them.
        random: draws.
    """
    ink, still = random.random((2, 3), np.float32)
    light = np.zeros((SIDE, SIDE), np.float32)
    light[:14, :14] = piece.reshape(14, 2, 14, 2).mean((1, 3))
    behind = still * np.pad(ground, (SIDE - 28) // 2)[:, :, None]
    start = random.integers(SIDE, size=2)
    frames = []
    for place in places:
        here = np.roll(light, tuple(start + place), (0, 1))[:, :, None]
        frames.append(behind * (1 - here) + (0.3 + 0.7 * ink) * here)
    return (255 * np.stack(frames)).round().astype(np.uint8)
