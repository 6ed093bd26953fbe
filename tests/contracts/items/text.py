from __future__ import annotations

import numpy as np

COMPANION = "image"
WORDS = ["red", "green", "blue", "cat", "dog", "bird", "house", "tree", "car", "sun", "moon", "face", "hand", "big"]


def item(rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, rng.integers(3, 9)))


def longer(rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, 100))
