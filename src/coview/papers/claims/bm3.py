"""BM3: dropout and no negatives, against neighbours ranked above strangers."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.recommending import cinema, everybody, films_and_people, product_metric

RECALL = product_metric("node", "rated", "Recall@20")
SGL = f"{Path(baselines.__file__).parent / 'sgl.py'}:SGL"
OPTIONS = {"encoder_options": {"node": {"dim": 32}}, "batch_size": 1024, "weight_decay": 0.0}


def claim(scale: int) -> Claim:
    """Films for people, from who rated what."""
    own = {
        **OPTIONS,
        "encoder": {"node": "lightgcn", "title": "bag"},
        "encoder_options": {"node": {"dim": 32}, "title": {"dim": 32, "hidden": 32}},
    }
    return Claim(
        "Prediction of neighbours and modalities from what dropout leaves of them has a higher Recall@20 than LightGCN "
        "trained to rank neighbours above drawn strangers, at equal compute.",
        (RECALL,),
        {
            "bm3": Arm("bm3", cinema, (RECALL.name,), own, steps=1500 * scale, pool=everybody),
            "lightgcn": Arm(
                SGL, films_and_people, (RECALL.name,), {**OPTIONS, "contrast": 0.0}, like="bm3", pool=everybody
            ),
        },
        (Comparison("bm3", "lightgcn", RECALL.name),),
        grid=(2.5e-4, 1e-3, 5e-3, 2e-2, 8e-2),
        note="MovieLens 100K: each person's last tenth of ratings is sought among all films they had not rated. Titles "
        "and genres are the modalities; the paper has pictures and reviews of 20,000 things and more, and claims "
        "less time until the best score is reached, where here both are given the same compute. A film's title "
        "is read by a small network at each step, where theirs is a vector that was made before.",
    )
