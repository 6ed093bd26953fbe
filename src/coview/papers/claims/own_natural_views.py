"""Natural views against augmentations."""

from __future__ import annotations

from coview.data import catalog
from coview.data.source import Source
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric

FOUND = protocol_metric("retrieval/drawing-drawing", "R@1")
OPTIONS = {"slots": ["drawing"], "modality": {"drawing": {"size": 32}}, "encoder_options": {"dim": 64}}
RECIPE = {"size": 32, "scale": (0.2, 1.0), "color": 0.5, "grey": 0.2, "degrees": 10.0}
"""SimCLR's own augmentations: where they are the only views, weak ones would be a weak baseline."""
AUGMENT = {**OPTIONS, "modality": {"drawing": RECIPE}, "positives": "augment"}


def emoji() -> Source:
    """Emoji by four artists."""
    return catalog.source("emoji")


def claim(scale: int) -> Claim:
    """Two artists' drawings of one concept teach more than two augmentations of one drawing."""
    return Claim(
        "Where samples have natural views, SimCLR on two different natural views finds the same concept by another "
        "artist more often than SimCLR on two augmentations of one view, at equal compute.",
        (FOUND,),
        {
            "natural": Arm("simclr", emoji, (FOUND.name,), {**OPTIONS, "positives": "auto"}, steps=200 * scale),
            "augment": Arm("simclr", emoji, (FOUND.name,), AUGMENT, like="natural"),
        },
        (Comparison("natural", "augment", FOUND.name),),
        note="The augmenting arm has SimCLR's own strong recipe; the natural one augments as the data set says, "
        "and takes its two looks at two artists' drawings.",
    )
