"""What a user may choose of spectral pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from coview.kinds import Within
from coview.modalities.options import Options


@dataclass(frozen=True)
class SpectralOptions(Options, modality="spectral"):
    """Options of `Spectral.adapt`.

    Args:
        size: pixels a side; default the median shorter side of the data, to the nearest multiple of 4 above 8, at
            most 64.
        tile: pixels a side of the samples that large rasters are cut into (default 64).
        wavelengths: centres of the bands in nm (or um), for rasters that do not name theirs.
        patch: pixels a side of one token; default such that the grid is about 8 x 8.
        group: neighbouring bands of one token, which is then a cube in space and spectrum; default all bands.
        scale: least and greatest share of the area that an augmented look is cropped from.
        drop: share of the bands that an augmented look lacks.
        jitter: greatest change of contrast, and of brightness in standard deviations, the same for all bands.
    """

    size: Annotated[int, Within(2, 1024)] | None = None
    tile: Annotated[int, Within(2, 1 << 16)] | None = None
    wavelengths: Annotated[tuple[float, ...], Within(above=0)] | None = None
    patch: Annotated[int, Within(1, 512)] | None = None
    group: Annotated[int, Within(1, 1024)] | None = None
    scale: Annotated[tuple[float, float], Within(0.001, 1, rising=True)] = (0.3, 1.0)
    drop: Annotated[float, Within(0, 0.99)] = 0.2
    jitter: Annotated[float, Within(0, 0.99)] = 0.2
