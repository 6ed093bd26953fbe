"""Clouds on a sphere, boxes as meshes."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused


def _sphere(seed: int, count: int = 300) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


GOOD = [_sphere(seed) for seed in range(4)]
_NAN = GOOD[0].copy()
_NAN[5, 1] = np.nan
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
_FLAT = np.concatenate([GOOD[0][:, :2], np.zeros((300, 1))], 1)

CASES: dict[str, Case] = {
    "no points": Bad(np.zeros((0, 3))),
    "one point": Bad(np.ones((1, 3))),
    "one point many times": Bad(np.ones((500, 3))),
    "seven points": Bad(GOOD[0][:7]),
    "a coordinate that is NaN or infinite": Bad(_NAN),
    "points in a plane of two axes": Bad(GOOD[0][:, :2]),
    "a mesh without faces": Bad(b"OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n"),
    "a mesh whose faces have no area": Bad((_CORNERS, np.array([[0, 1, 1]]))),
    "a face of a vertex that is not there": Bad((_CORNERS, np.array([[0, 1, 99]]))),
    "a mesh that breaks off": Bad(b"ply\nformat ascii 1.0\nelement vertex 9\n"),
    "words": Bad(b"these are words"),
    "no cloud of 8 points": Refused([np.ones((1, 3))] * 4),
    "eight points": Kept(
        _CORNERS, "repeated up to the size of a look", lambda m, v: len(np.unique(v.value[0, 0], axis=0)) == 8
    ),
    "points met twice": Kept(
        np.concatenate([_CORNERS] * 9), "once", lambda m, v: len(np.unique(v.value[0, 0], axis=0)) == 8
    ),
    "a cloud far from the origin, in another unit": Kept(
        1000 * GOOD[0] + 5000,
        "moved to the origin and brought to radius 1",
        lambda m, v: abs(float(v.value.norm(dim=-1).max()) - 1) < 0.1,
    ),
    "normals or colours after the coordinates": Kept(
        np.concatenate([GOOD[0], GOOD[1]], 1), "coordinates alone", lambda m, v: v.value.shape[-1] == 3
    ),
    "a flat cloud": Kept(_FLAT, "as it is", lambda m, v: v.value.std((2,)).min() < 1e-6),
}
