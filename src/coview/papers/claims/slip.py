"""SLIP: captions and views together against each alone."""

from __future__ import annotations

from functools import cache

from coview.data import catalog
from coview.data.source import Source
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric

NAMED = protocol_metric("zero-shot/image/category", "accuracy")
PROBE = protocol_metric("linear/image/category", "accuracy")
OPTIONS = {"modality": {"image": {"size": 32}}, "encoder_options": {"dim": 64}}


@cache
def clip_art() -> Source:
    """Drawings and what people tagged them with; those of the part to train on that have no tags are left out."""
    source = catalog.source("clipart").only(["image", "tags"])
    assert source.split is not None
    tagged = source.columns["tags"].items
    kept = [i for i, part in enumerate(source.split) if part != "train" or tagged[i][0] is not None]
    return source.rows(kept)


def claim(scale: int) -> Claim:
    """Pictures with the words of many people, some of which say nothing of what is seen."""
    both = {**OPTIONS, "slots": ["image", "tags"]}
    return Claim(
        "CLIP with SimCLR's loss added names the category of pictures it never saw more often than CLIP alone "
        "(zero-shot), and tells more categories apart than SimCLR alone (linear probe), at equal compute, data and "
        "encoder.",
        (NAMED, PROBE),
        {
            "slip": Arm("slip", clip_art, (NAMED.name, PROBE.name), both, steps=240 * scale),
            "clip": Arm("clip", clip_art, (NAMED.name, PROBE.name), both, like="slip"),
            "simclr": Arm("simclr", clip_art, (PROBE.name,), {**OPTIONS, "slots": ["image"]}, like="slip"),
        },
        (Comparison("slip", "clip", NAMED.name), Comparison("slip", "simclr", PROBE.name)),
        note="At equal compute CLIP sees three times and SimCLR half as many samples again as SLIP, which reads three "
        "pictures of each; the paper compares at equal epochs.",
    )
