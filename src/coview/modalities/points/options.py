"""What a user may choose of clouds of points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from coview.errors import UserError
from coview.kinds import Within
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


@dataclass(frozen=True)
class PointsOptions(Options, modality="points"):
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

    size: Annotated[int, Within(16, MOST)] = 256
    patches: Annotated[int, Within(2, MOST)] | None = None
    neighbours: Annotated[int, Within(1, MOST)] = 16
    up: Up = Up.Y
    scale: Scale = Scale.SAMPLE
    rotation: Annotated[float, Within(0, 180)] = 180.0
    tumble: Annotated[float, Within(0, 180)] = 0.0
    scaling: Annotated[float, Within(1, 10)] = 1.25
    shift: Annotated[float, Within(0, 10)] = 0.1
    jitter: Annotated[float, Within(0, 1)] = 0.01
    dropout: Annotated[float, Within(0, 0.95)] = 0.3
    cutout: Annotated[float, Within(0, 0.95)] = 0.2
    crop: Annotated[float, Within(0.01, 1)] = 0.7

    def check(self) -> None:
        """There are no more patches or neighbours than points."""
        for name in ("patches", "neighbours"):
            if (getattr(self, name) or 0) > self.size:
                raise UserError(f"points: {name} is {getattr(self, name)}, and a look has {self.size} points (size)")
