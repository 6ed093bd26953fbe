"""What a user may choose of volumes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from coview.kinds import Within
from coview.modalities.options import Options


class Scale(StrEnum):
    """What mean and deviation are taken over.

    - `sample`: each volume by itself, as for MRI, whose numbers have no unit.
    - `data`: the training volumes, as for CT, whose numbers have one, and for parts of one volume.
    """

    SAMPLE = "sample"
    DATA = "data"


@dataclass(frozen=True)
class VolumeOptions(Options, modality="volume"):
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

    size: Annotated[int, Within(4, 256)] | None = None
    stored: Annotated[int, Within(4, 512)] | None = None
    patch: Annotated[int, Within(1, 64)] | None = None
    standardise: Scale = Scale.SAMPLE
    scale: Annotated[tuple[float, float], Within(0.001, 1, rising=True)] = (0.3, 1.0)
    degrees: Annotated[float, Within(0, 180)] = 20.0
    flip: Annotated[tuple[int, ...], Within(0, 2)] = (0, 1, 2)
    contrast: Annotated[float, Within(0, 0.95)] = 0.3
    gamma: Annotated[float, Within(1, 10)] = 1.5
    noise: Annotated[float, Within(0, 10)] = 0.1
