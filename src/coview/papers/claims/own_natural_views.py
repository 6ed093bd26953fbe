"""Natural views against augmentations."""

from __future__ import annotations

from coview.data import catalog
from coview.data.source import Source
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric

FOUND = protocol_metric("retrieval/drawing-drawing", "R@1")
OPTIONS = {"slots": ["drawing"], "modality": {"drawing": {"size": 32}}, "encoder_options": {"dim": 64}}


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
            "augment": Arm("simclr", emoji, (FOUND.name,), {**OPTIONS, "positives": "augment"}, like="natural"),
        },
        (Comparison("natural", "augment", FOUND.name),),
        note="Both arms augment alike; the natural one takes its two looks at two artists' drawings.",
    )
