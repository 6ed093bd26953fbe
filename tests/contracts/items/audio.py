from __future__ import annotations

import numpy as np

COMPANION = "image"


def item(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    time = np.arange(rng.integers(1500, 2400)) / 4000
    wave = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(100, 1500, 3))
    return (0.2 * wave + 0.01 * rng.normal(size=len(time))).astype(np.float32), 4000


def longer(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    return np.tile(item(rng)[0], 10), 4000
