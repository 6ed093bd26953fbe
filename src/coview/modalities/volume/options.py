"""What a user may choose of volumes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from coview.errors import UserError


class Scale(StrEnum):
    """What mean and deviation are taken over.

    - `sample`: each volume by itself, as for MRI, whose numbers have no unit.
    - `data`: the training volumes, as for CT, whose numbers have one, and for parts of one volume.
    """

    SAMPLE = "sample"
    DATA = "data"


@dataclass(frozen=True)
class VolumeOptions:
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

    @classmethod
    def of(cls, options: dict[str, Any]) -> VolumeOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"volume has no option {name!r}; it has {', '.join(known)}")
        given = {name: value for name, value in options.items() if value is not None}
        if "standardise" in given and given["standardise"] not in list(Scale):
            raise UserError(f"volume's standardise is {given['standardise']!r}; it must be one of {', '.join(Scale)}")
        if "standardise" in given:
            given["standardise"] = Scale(given["standardise"])
        if "scale" in given:
            given["scale"] = _numbers("scale", given["scale"])
        if "flip" in given:
            axes = () if given["flip"] in ("none", "") else _numbers("flip", given["flip"])
            given["flip"] = tuple(int(axis) for axis in axes)
        chosen = cls(**given)
        if len(chosen.scale) != 2 or not 0 < chosen.scale[0] <= chosen.scale[1] <= 1:
            raise UserError(f"volume's scale is two shares, 0 < least <= greatest <= 1, not {chosen.scale}")
        if not set(chosen.flip) <= {0, 1, 2}:
            raise UserError(f"volume's flip names axes 0, 1 and 2, not {chosen.flip}")
        limits = {"size": (4, 256), "stored": (4, 512), "patch": (1, 64), "degrees": (0, 180), "contrast": (0, 0.95)}
        limits |= {"gamma": (1, 10), "noise": (0, 10)}
        for name, (least, most) in limits.items():
            value = getattr(chosen, name)
            if value is not None and not least <= value <= most:
                raise UserError(f"volume's {name} is {value}; it must lie between {least} and {most}")
        return chosen


def _numbers(name: str, given: Any) -> tuple[float, ...]:
    if isinstance(given, int | float):
        return (given,)
    try:
        return tuple(float(x) for x in (given.split(",") if isinstance(given, str) else given))
    except (TypeError, ValueError):
        raise UserError(f"volume's {name} is numbers separated by commas, not {given!r}") from None
