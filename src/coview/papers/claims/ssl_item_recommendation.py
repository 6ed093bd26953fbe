"""Two towers with a contrast of an item's features, against none and against random masks."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.ratings import ratings, tower_metric

ALL = tower_metric("Recall@20")
TAIL = tower_metric("Recall@20", tail=True)
METRICS = (ALL.name, TAIL.name)
METHOD = "ssl-item-recommendation"
OPTIONS = {"batch_size": 512, "item": "film", "dim": 32, "encoder_options": {"dim": 64, "depth": 2}}


def claim(scale: int) -> Claim:
    """Films for people, by their features."""

    def arm(**options: object) -> Arm:
        return Arm(METHOD, ratings, METRICS, {**OPTIONS, **options}, like="correlated masks")

    return Claim(
        "Two towers whose items also tell one half of their features from the other, the halves split by mutual "
        "information, have a higher Recall@20, over all films and over those rarely rated, than the towers alone and "
        "than with halves drawn at random, at equal compute.",
        (ALL, TAIL),
        {
            "correlated masks": Arm(METHOD, ratings, METRICS, OPTIONS, steps=1500 * scale),
            "random masks": arm(masking="random"),
            "towers alone": arm(contrast=0.0),
        },
        tuple(
            Comparison("correlated masks", other, metric)
            for other in ("towers alone", "random masks")
            for metric in METRICS
        ),
        note="MovieLens 100K: each person's last tenth of ratings is sought among all films they had not rated; the "
        "tail is the four fifths of films that are rated least. A film has seven features, where the paper's items "
        "have many with several values each. Dropout of features as a regulariser alone, the paper's other "
        "baseline, is not among the arms. Found: over all films both kinds of masks are behind the towers alone "
        "with every seed, which take nearly twice the steps for the same compute, and the correlated ones behind "
        "random ones; over rare films the seeds of an arm differ by as much as the arms. The contrast of features "
        "asks all films alike, as the authors draw them, so that the few films that most ratings are of count for "
        "little in it.",
        grid=(4e-3, 1.6e-2),
    )
