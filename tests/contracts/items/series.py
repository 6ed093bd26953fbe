from __future__ import annotations

import numpy as np


def item(rng: np.random.Generator) -> np.ndarray:
    """Two channels over 24 to 40 times; now and then a value is missing."""
    time = np.arange(rng.integers(24, 41))[:, None]
    wave = np.sin(2 * np.pi * (rng.uniform(0.02, 0.2, 2) * time + rng.random(2)))
    values = wave * rng.uniform(0.5, 2, 2) + 0.1 * rng.normal(size=wave.shape)
    return np.where(rng.random(wave.shape) < 0.05, np.nan, values)


def longer(rng: np.random.Generator) -> np.ndarray:
    return np.tile(item(rng), (10, 1))
