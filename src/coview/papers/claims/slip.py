"""SLIP: captions and views together against each alone."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.claims.clip import NAMED, OPTIONS
from coview.papers.claims.own_natural_views import RECIPE, emoji
from coview.papers.metrics import protocol_metric

PROBE = protocol_metric("linear/drawing/category", "accuracy")


def claim(scale: int) -> Claim:
    """All three arms augment one artist's drawing, as the paper augments one photograph."""
    both = {**OPTIONS, "modality": {"drawing": RECIPE}, "positives": "augment"}
    return Claim(
        "CLIP with SimCLR's loss added beats CLIP alone at naming held-out pictures, and beats SimCLR alone by linear "
        "probe, at equal compute, data and encoder.",
        (NAMED, PROBE),
        {
            "slip": Arm("slip", emoji, (PROBE.name, NAMED.name), both, steps=240 * scale),
            "clip": Arm("clip", emoji, (NAMED.name, PROBE.name), both, like="slip"),
            "simclr": Arm("simclr", emoji, (PROBE.name,), {**both, "slots": ["drawing"]}, like="slip"),
        },
        (Comparison("slip", "clip", NAMED.name), Comparison("slip", "simclr", PROBE.name)),
        note="At equal compute CLIP sees three times and SimCLR half as many samples again as SLIP, which reads three "
        "pictures of each; the paper compares at equal epochs. On the validation part, at equal steps (240, three"
        " seeds), SLIP and CLIP name alike (0.171 and 0.168): what CLIP has over SLIP at equal compute it gains "
        "by seeing more. Here a name comes with four artists' drawings, which teach CLIP's pictures to agree "
        "without SimCLR's help. Against SimCLR the names help with some seeds and not with others.",
    )
