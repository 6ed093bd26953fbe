"""DeCUR: dimensions of one's own beside common ones."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.derived import sides
from coview.papers.metrics import protocol_metric

OWN = protocol_metric("linear/picture/lightness", "accuracy")
SHARED = protocol_metric("linear/picture/category", "accuracy")
KEPT = {"color": 0.0, "grey": 0.0, "scale": [0.5, 1.0]}
"""Depth is not coloured anew, as in the authors' code; nor are pictures: how light one is must outlive its looks."""
OPTIONS = {
    "slots": ["picture", "depth"],
    "modality": {"picture": {"size": 32, **KEPT}, "depth": {"size": 32, **KEPT}},
    "encoder_options": {"dim": 48},
    "positives": "augment",
}


def claim(scale: int) -> Claim:
    """Pictures of furniture and their depth: how light a piece is, depth does not tell."""
    metrics = (OWN.name, SHARED.name)
    return Claim(
        "With a quarter of its dimensions left to each modality alone, multimodal Barlow Twins' picture encoder tells "
        "more of what pictures alone carry (lightness) and more of what both do (category) than with all dimensions "
        "common, at equal compute.",
        (OWN, SHARED),
        {
            "decur": Arm("decur", sides, metrics, OPTIONS, steps=250 * scale),
            "all common": Arm("decur", sides, metrics, {**OPTIONS, "common": 1.0}, like="decur"),
        },
        (Comparison("decur", "all common", OWN.name), Comparison("decur", "all common", SHARED.name)),
        note="3,280 pictures of 820 pieces of furniture with rendered depth, after the paper's pictures with depth. "
        "Lightness is the third that a picture's mean brightness falls into. Learning rates are chosen by it. Found: "
        "both arms tell more than the untrained encoder, and seeds differ by more than the arms do.",
    )
