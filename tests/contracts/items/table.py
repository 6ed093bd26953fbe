from __future__ import annotations

from typing import Any

import numpy as np


def item(rng: np.random.Generator) -> dict[str, Any]:
    size = float(rng.lognormal(1.0, 1.0))
    return {
        "size": None if rng.random() < 0.1 else size,
        "price": size * 3 + float(rng.normal()),
        "colour": str(rng.choice(["red", "green", "blue"])) if rng.random() > 0.1 else None,
        "count": int(rng.integers(0, 4)),
        "shape": str(rng.choice(["round", "square"])),
    }
