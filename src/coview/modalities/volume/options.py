"""What a user may choose of volumes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coview.modalities.options import Options


class Scale(StrEnum):
    """What mean and deviation are taken over.

    - `sample`: each volume by itself, as for MRI, whose numbers have no unit.
    - `data`: the training volumes, as for CT, whose numbers have one, and for parts of one volume.
    """

    SAMPLE = "sample"
    DATA = "data"


LIMITS = {
    "size": (4, 256),
    "stored": (4, 512),
    "patch": (1, 64),
    "scale": (0.001, 1),
    "degrees": (0, 180),
    "flip": (0, 2),
    "contrast": (0, 0.95),
    "gamma": (1, 10),
    "noise": (0, 10),
}


@dataclass(frozen=True)
class VolumeOptions(Options, modality="volume", limits=LIMITS):
    """Options of `Volume.adapt`.

    Args:
        size: voxels a side of a look; default the median longest side of the data, at most 24.
        stored: voxels a side of what looks are taken from; default `size`. With more, looks at a small part
            (`scale`) are as fine as they would be in the file.
        patch: voxels a side of one token; default such that the grid is about 4 x 4 x 4.
        standardise: over what mean and deviation are taken, `sample` or `data`.
        scale: least and greatest share of the volume that an augmented look is cropped from.
        degrees: greatest angle by which a look is turned, about any axis.
        flip: axes along which a look may be mirrored, such as `0` (left and right in NIfTI), `0,1,2`, or `none`.
        contrast: greatest change of contrast, and of brightness in deviations.
        gamma: greatest exponent of the curve that grey values are bent by; 1 leaves them.
        noise: greatest deviation of noise, in those of the volume.
    """

    size: int | None = None
    stored: int | None = None
    patch: int | None = None
    standardise: Scale = Scale.SAMPLE
    scale: tuple[float, float] = (0.3, 1.0)
    degrees: float = 20.0
    flip: tuple[int, ...] = (0, 1, 2)
    contrast: float = 0.3
    gamma: float = 1.5
    noise: float = 0.1
