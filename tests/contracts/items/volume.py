from __future__ import annotations

import numpy as np

OPTIONS = {"size": 12, "patch": 6}


def item(rng: np.random.Generator) -> np.ndarray:
    """A few blocks in noise; some with a corner that is missing."""
    coarse = rng.normal(size=(3, 3, 3))
    values = np.kron(coarse, np.ones((3, 3, 3))) + 0.1 * rng.normal(size=(9, 9, 9))
    if rng.random() < 0.3:
        values[:3, :3, :4] = np.nan
    return values
