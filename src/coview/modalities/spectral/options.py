"""What a user may choose of spectral pictures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from coview.errors import UserError
from coview.modalities.spectral.bands import nanometres


@dataclass(frozen=True)
class SpectralOptions:
    """Options of `Spectral.adapt`.

    Args:
        size: pixels a side; default the median shorter side of the data, to the nearest multiple of 4 above 8, at
            most 64.
        wavelengths: centres of the bands in nm (or um), for rasters that do not name theirs.
        patch: pixels a side of one token; default such that the grid is about 8 x 8.
        scale: least and greatest share of the area that an augmented look is cropped from.
        drop: share of the bands that an augmented look lacks.
        jitter: greatest change of contrast, and of brightness in standard deviations, the same for all bands.
    """

    size: int | None = None
    wavelengths: tuple[float, ...] | None = None
    patch: int | None = None
    scale: tuple[float, float] = (0.3, 1.0)
    drop: float = 0.2
    jitter: float = 0.2

    @classmethod
    def of(cls, options: dict[str, Any]) -> SpectralOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"spectral has no option {name!r}; it has {', '.join(known)}")
        told = {name: given for name, given in options.items() if given is not None}
        for name in ("wavelengths", "scale"):
            if name in told:
                told[name] = _numbers(name, told[name])
        chosen = cls(**told)
        if len(chosen.scale) != 2 or not 0 < chosen.scale[0] <= chosen.scale[1] <= 1:
            raise UserError(f"spectral's scale is two shares, 0 < least <= greatest <= 1, not {chosen.scale}")
        for name, given in (("drop", chosen.drop), ("jitter", chosen.jitter)):
            if not 0 <= given < 1:
                raise UserError(f"spectral's {name} lies between 0 and 1, and {given} does not")
        if chosen.size is not None and not 2 <= chosen.size <= 1024:
            raise UserError(f"spectral's size is 2 to 1024 pixels, not {chosen.size}")
        if chosen.wavelengths is None:
            return chosen
        return cls(**{**told, "wavelengths": nanometres(chosen.wavelengths)})


def _numbers(name: str, given: Any) -> tuple[float, ...]:
    try:
        return tuple(float(x) for x in (given.split(",") if isinstance(given, str) else given))
    except (TypeError, ValueError):
        raise UserError(f"spectral's {name} are numbers separated by commas, not {given!r}") from None
