"""Multiview-MAE: what a cloud looks like from around, told by a masked autoencoder of points."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.claims.point_cmae import GRID, OPTIONS, PROBE, furniture


def claim(scale: int) -> Claim:
    """820 shapes."""
    return Claim(
        "A linear probe of a masked autoencoder of points tells more categories apart where a second decoder tells "
        "depth pictures of the cloud from around (Multiview-MAE) than where points alone are rebuilt (MAE), at equal "
        "compute.",
        (PROBE,),
        {
            "multiview-mae": Arm("multiview-mae", furniture, (PROBE.name,), OPTIONS, steps=100 * scale),
            "mae": Arm("mae", furniture, (PROBE.name,), OPTIONS, like="multiview-mae"),
        },
        (Comparison("multiview-mae", "mae", PROBE.name),),
        note="820 shapes of furniture in 12 categories, where the paper has 50,000 of ShapeNet; pictures of 32 x 32 "
        "pixels from four sides. The depth decoder is most of the compute: at equal compute MAE goes through the "
        "shapes almost three times as often. The test part has 164 shapes, one of which is 0.006. "
        "Found: the arms differ by three shapes of the test part, and from the untrained encoder by little more; the "
        "rate that the validation part chose for both leaves different shapes nearly alike, as the verdict of the runs "
        "says.",
        grid=GRID,
    )
