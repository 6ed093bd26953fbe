"""A plane for many dimensions: t-SNE of the principal components, by scikit-learn."""

from __future__ import annotations

import numpy as np

MOST = 600
FEWEST = 40
"""Below this many points the first two principal components are shown."""


def plane(vectors: np.ndarray) -> tuple[np.ndarray, str]:
    """`(n, D)` -> `(n, 2)`, and how it was made."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    parts = min(30, *unit.shape)
    spread = unit.std(0).max()
    if parts < 2 or spread < 1e-9:
        return np.zeros((len(unit), 2)), "every vector is the same"
    reduced = PCA(parts, random_state=0).fit_transform(unit)
    if len(unit) < FEWEST:
        return reduced[:, :2], "first two principal components"
    near = min(30.0, (len(unit) - 1) / 3)
    placed = TSNE(2, perplexity=near, init="pca", random_state=0, max_iter=500).fit_transform(reduced)
    return placed, f"t-SNE of {parts} principal components, perplexity {near:.0f}"
