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
        "shapes almost three times as often. The test part has 164 shapes, one of which is 0.006. Found: behind "
        "MAE with every seed, by one to four shapes of the test part; neither is two shapes from the untrained "
        "encoder (0.354) in the mean, so that little was learned by either. The rate that the validation part "
        "chose for MAE leaves different shapes nearly alike, as the verdict of its runs says.",
        grid=GRID,
    )
