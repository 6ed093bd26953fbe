from __future__ import annotations

import numpy as np

OPTIONS = {"size": 16, "frames": 4, "patch": 8, "seconds": 1.0}


def item(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """A coloured square that moves over another colour for a second, at 8 frames a second."""
    ground, ink = rng.integers(0, 256, (2, 3))
    frames = np.broadcast_to(ground, (8, 8, 8, 3)).astype(np.uint8).copy()
    (y, x), (down, right) = rng.integers(0, 5, 2), rng.integers(-1, 2, 2)
    for t, frame in enumerate(frames):
        top, left = (y + t * down) % 5, (x + t * right) % 5
        frame[top : top + 4, left : left + 4] = ink
    return frames, 8.0


def longer(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    return np.tile(item(rng)[0], (3, 1, 1, 1)), 8.0
