"""What a user may choose of clouds of points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coview.errors import UserError
from coview.modalities.options import Options
from coview.modalities.points.read import MOST


class Up(StrEnum):
    """The axis that points up: `y` in OBJ and glTF, mostly `z` in scans and CAD."""

    X = "x"
    Y = "y"
    Z = "z"


class Scale(StrEnum):
    """What becomes 1.

    - `sample`: each cloud's own radius. Shape alone tells clouds apart.
    - `data`: the largest radius of the training data but for the top 5 %. Size tells clouds apart as well.
    """

    SAMPLE = "sample"
    DATA = "data"


LIMITS = {
    "size": (16, MOST),
    "patches": (2, MOST),
    "neighbours": (1, MOST),
    "rotation": (0, 180),
    "tumble": (0, 180),
    "scaling": (1, 10),
    "shift": (0, 10),
    "jitter": (0, 1),
    "dropout": (0, 0.95),
    "cutout": (0, 0.95),
    "crop": (0.01, 1),
}


@dataclass(frozen=True)
class PointsOptions(Options, modality="points", limits=LIMITS):
    """Options of `Points.adapt`.

    Args:
        size: points that an encoder reads of a look.
        patches: patches of neighbours that a look is cut into, its tokens; default one for 8 points.
        neighbours: points of a patch.
        up: the axis that points up, about which looks are turned: x, y or z.
        scale: what becomes 1: each cloud's own radius (`sample`), or one for all (`data`).
        rotation: greatest angle in degrees by which a look is turned about the vertical axis.
        tumble: the same about any axis, for things that have no upright.
        scaling: greatest factor by which each axis is stretched or shrunk.
        shift: greatest shift along each axis, in radii.
        jitter: deviation of the noise on each coordinate, in radii; five deviations at most.
        dropout: greatest share of the points that a look drops.
        cutout: greatest share of the points that a look lacks around one place.
        crop: least share of the points, around one place, that a look keeps.
    """

    size: int = 256
    patches: int | None = None
    neighbours: int = 16
    up: Up = Up.Y
    scale: Scale = Scale.SAMPLE
    rotation: float = 180.0
    tumble: float = 0.0
    scaling: float = 1.25
    shift: float = 0.1
    jitter: float = 0.01
    dropout: float = 0.3
    cutout: float = 0.2
    crop: float = 0.7

    def check(self) -> None:
        """There are no more patches or neighbours than points."""
        for name in ("patches", "neighbours"):
            if (getattr(self, name) or 0) > self.size:
                raise UserError(f"points: {name} is {getattr(self, name)}, and a look has {self.size} points (size)")
