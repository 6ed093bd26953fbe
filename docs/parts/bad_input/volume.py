"""Balls of different sizes in a box of voxels."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused


def _ball(radius: float, side: int = 12) -> np.ndarray:
    places = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij")) - (side - 1) / 2
    return (np.linalg.norm(places, axis=0) < radius) + np.random.default_rng(0).normal(size=(side,) * 3) * 0.1


def _broken() -> Path:
    """A file that lasts as long as the program, for NIfTI is read from files alone."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "scan.nii"
    path.write_bytes(b"these are words" * 40)
    return path


GOOD = [_ball(2.0 + n) for n in range(4)]
_NAN = GOOD[0].copy()
_NAN[2, 3, 4] = np.nan
_HOLED = GOOD[0].copy()
_HOLED[:5, :5, :5] = np.nan
_INF = GOOD[0].copy()
_INF[2, 3, 4] = np.inf

CASES: dict[str, Case] = {
    "no voxels": Bad(np.zeros((0, 12, 12))),
    "fewer than 4 voxels along an axis": Bad(np.ones((12, 12, 1))),
    "a picture": Bad(np.ones((12, 12))),
    "a voxel that is infinite": Bad(_INF),
    "nothing but NaN": Bad(np.full((12, 12, 12), np.nan)),
    "one value everywhere": Bad(np.ones((12, 12, 12))),
    "another number of channels": Bad(np.stack([GOOD[0], GOOD[1]])),
    "a voxel without size": Bad((GOOD[0], (1.0, 1.0, 0.0))),
    "words named .nii": Bad(_broken()),
    "a file that is not there": Bad(Path("nowhere.nii.gz")),
    "a number": Bad(7),
    "nothing in any volume": Refused([np.full((12, 12, 12), np.nan)] * 4),
    "a voxel that is NaN": Kept(
        _NAN, "left out of the means that make new voxels", lambda m, v: not v.value.isnan().any()
    ),
    "a part that is NaN": Kept(_HOLED, "missing, never filled in", lambda m, v: v.value[..., :4, :4, :4].isnan().all()),
    "channels last": Kept(
        GOOD[0][..., None], "channels first", lambda m, v: v.value.shape[2] == 1 and not v.value.isnan().any()
    ),
    "sides of different lengths": Kept(
        GOOD[0][:, :6], "whole, in the middle of a cube; missing around it", lambda m, v: v.value.isnan().any()
    ),
    "voxels that are no cubes": Kept(
        (GOOD[0][:6], (2.0, 1.0, 1.0)), "in the proportions of space", lambda m, v: not v.value.isnan().any()
    ),
}
