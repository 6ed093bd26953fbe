from __future__ import annotations

from typing import Any

import numpy as np

OPTIONS = {"length": 12}


def item(rng: np.random.Generator) -> dict[str, Any]:
    """Visits to a shop: what was bought, for how much, when; now and then a price is missing."""
    return _visits(rng, int(rng.integers(3, 14)))


def longer(rng: np.random.Generator) -> dict[str, Any]:
    return _visits(rng, 40)


def _visits(rng: np.random.Generator, visits: int) -> dict[str, Any]:
    price = rng.lognormal(1, 0.5, visits)
    return {
        "time": rng.exponential(100, visits).cumsum(),
        "goods": rng.choice(["bread", "milk", "tea", "soap"], visits, p=rng.dirichlet(np.ones(4))).tolist(),
        "price": np.where(rng.random(visits) < 0.1, np.nan, price),
    }
