from __future__ import annotations

import numpy as np

OPTIONS = {"size": 48, "patches": 6, "neighbours": 8}


def item(rng: np.random.Generator) -> np.ndarray:
    """Points of a box's surface."""
    points = rng.uniform(-1, 1, (300, 3))
    axis = rng.integers(0, 3, len(points))
    points[np.arange(len(points)), axis] = np.sign(points[np.arange(len(points)), axis])
    return points * rng.uniform(0.3, 2, 3)
