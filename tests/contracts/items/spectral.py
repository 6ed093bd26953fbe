from __future__ import annotations

import numpy as np

WAVELENGTHS = (490.0, 560.0, 665.0, 840.0)


def item(rng: np.random.Generator) -> tuple[np.ndarray, tuple[float, ...]]:
    """Pictures of two sensors, some with a hole."""
    coarse = rng.normal(size=(4, 2, 2)) + rng.normal(size=(4, 1, 1))
    values = np.kron(coarse, np.ones((1, 4, 4))) + 0.1 * rng.normal(size=(4, 8, 8))
    if rng.random() < 0.3:
        values[:, :2, :3] = np.nan
    bands = [0, 1, 2, 3] if rng.random() < 0.7 else [3, 1]
    return values[bands].astype(np.float32), tuple(WAVELENGTHS[i] for i in bands)
