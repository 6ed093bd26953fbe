"""Contrastive Multiview Coding: more views, and contrast against prediction."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.derived import artists
from coview.papers.metrics import protocol_metric

CORE = "noto"
VIEWS = (CORE, "twemoji", "openmoji", "fluent")
PROBE = protocol_metric(f"linear/{CORE}/category", "accuracy")
PREDICTION = f"{Path(baselines.__file__).parent / 'cross_view_prediction.py'}:CrossViewPrediction"


def claim(scale: int) -> Claim:
    """One to four artists' drawings of an emoji, as the paper has one to four channels of a scene."""

    def views(n: int) -> dict[str, object]:
        return {"encoder_options": {"dim": 64}, "slots": list(VIEWS[:n]), "batch_size": 240 // n}

    def cmc(n: int) -> dict[str, object]:
        return {**views(n), "graph": "core"}

    return Claim(
        "A probe of one view's encoder tells more categories apart as further views are added (2, 3, 4 artists), and "
        "the contrastive loss beats cross-view prediction with the same encoders, at equal compute.",
        (PROBE,),
        {
            "2 views": Arm("cmc", artists, (PROBE.name,), cmc(2), steps=240 * scale),
            "3 views": Arm("cmc", artists, (PROBE.name,), cmc(3), like="2 views"),
            "4 views": Arm("cmc", artists, (PROBE.name,), cmc(4), like="2 views"),
            "prediction": Arm(PREDICTION, artists, (PROBE.name,), views(2), like="2 views"),
        },
        (
            Comparison("3 views", "2 views", PROBE.name),
            Comparison("4 views", "3 views", PROBE.name),
            Comparison("2 views", "prediction", PROBE.name),
        ),
        note="Views are artists, each with an encoder of its own, where the paper's are colour channels and depth; one"
        " artist is the core that all others are contrasted with, and its encoder is probed. Images a step are "
        "equal too (240), so that with four views the core sees half as many concepts a step as with two. A third"
        " view helps and contrast beats prediction; the fourth does not pay for its share of the compute. Whether"
        " it would at equal epochs is not tried. The baseline predicts the other artist's drawing as 16 x 16 "
        "pixels.",
    )
