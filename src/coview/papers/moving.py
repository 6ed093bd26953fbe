"""Clips for claims: plays of games, and clothes that move over still ones, whose direction is the label."""

from __future__ import annotations

from functools import cache

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Source
from coview.papers.derived import part_of

SIDE, FRAMES, RATE = 32, 16, 15.0
"""Pixels a side and frames of a clip, frames a second."""
COUNTS = {"train": 3_000, "valid": 500, "test": 1_000}
DIRECTIONS = {
    "right": (0, 1), "down right": (1, 1), "down": (1, 0), "down left": (1, -1),
    "left": (0, -1), "up left": (-1, -1), "up": (-1, 0), "up right": (-1, 1),
}  # fmt: skip
"""Pixels down and right from one frame to the next."""
LOOKS = {"seconds": FRAMES / RATE, "size": SIDE, "flip": False, "scale": (0.6, 1.0), "color": 0.3, "grey": 0.0}


@cache
def plays() -> Source:
    """Clips of Atari games at random play, with the machine's memory as state."""
    return catalog.source("atari")


@cache
def moving_clothes() -> Source:
    """Pieces of clothing of Fashion-MNIST, coloured, that move over a larger one, still and in another colour.

    What leaves on one side comes back on the other, so that no place of a single frame says which way it goes. Pieces
    are of their own part of the split.
    """
    pieces = part_of(catalog.source("fashion-mnist"), {part: 2 * count for part, count in COUNTS.items()})
    assert pieces.split is not None
    names = list(DIRECTIONS)
    clips, direction, split = [], [], []
    for n, (part, count) in enumerate(COUNTS.items()):
        random = np.random.default_rng((15, n))
        own = [i for i, of in enumerate(pieces.split) if of == part]
        for i in range(count):
            piece, ground = (_picture(pieces, row) for row in own[2 * i : 2 * i + 2])
            name = names[random.integers(len(names))]
            clips.append([(clip(piece, ground, DIRECTIONS[name], random), RATE)])
            direction.append(name)
            split.append(part)
    return Source(
        "moving clothes",
        {"video": Column("video", clips, options=LOOKS)},
        names=[f"{part}-{i:05d}" for i, part in enumerate(split)],
        labels={"direction": np.array(direction)},
        split=split,
        about=pieces.about,
    )


def _picture(pieces: Source, row: int) -> np.ndarray:
    """`(28, 28)` light from 0 to 1."""
    picture = pieces.columns["image"].items[row][0]
    return np.asarray(picture, np.float32).reshape(28, 28) / 255


def clip(piece: np.ndarray, ground: np.ndarray, step: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """A piece at half its size, from any place on, over a still one: `(FRAMES, SIDE, SIDE, 3)` uint8.

    Args:
        piece, ground: `(28, 28)` light from 0 to 1; colours are drawn.
        step: pixels down and right from one frame to the next.
        random: draws.
    """
    ink, still = random.random((2, 3), np.float32)
    light = np.zeros((SIDE, SIDE), np.float32)
    light[:14, :14] = piece.reshape(14, 2, 14, 2).mean((1, 3))
    behind = still * np.pad(ground, (SIDE - 28) // 2)[:, :, None]
    start = random.integers(SIDE, size=2)
    frames = []
    for t in range(FRAMES):
        here = np.roll(light, tuple(start + t * np.array(step)), (0, 1))[:, :, None]
        frames.append(behind * (1 - here) + (0.3 + 0.7 * ink) * here)
    return (255 * np.stack(frames)).round().astype(np.uint8)
