"""What a user may choose of spectral pictures."""

from __future__ import annotations

from dataclasses import dataclass

from coview.modalities.options import Options

LIMITS = {
    "size": (2, 1024),
    "tile": (2, 1 << 16),
    "patch": (1, 512),
    "group": (1, 1024),
    "scale": (0.001, 1),
    "drop": (0, 0.99),
    "jitter": (0, 0.99),
}


@dataclass(frozen=True)
class SpectralOptions(Options, modality="spectral", limits=LIMITS):
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

    size: int | None = None
    tile: int | None = None
    wavelengths: tuple[float, ...] | None = None
    patch: int | None = None
    group: int | None = None
    scale: tuple[float, float] = (0.3, 1.0)
    drop: float = 0.2
    jitter: float = 0.2
