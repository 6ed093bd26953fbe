"""Contrastive Multiview Coding: more views, and contrast against prediction."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.claims.own_natural_views import OPTIONS, emoji
from coview.papers.metrics import protocol_metric

PROBE = protocol_metric("linear/drawing/category", "accuracy")
PREDICTION = f"{Path(baselines.__file__).parent / 'cross_view_prediction.py'}:CrossViewPrediction"


def claim(scale: int) -> Claim:
    """Two, three and four artists a step on emoji that all four drew nearly always; the batch shrinks as views grow."""

    def views(n: int) -> dict[str, object]:
        return {**OPTIONS, "n_views": n, "batch_size": 240 // n}

    return Claim(
        "Probe accuracy rises as views are added (2, 3, 4 artists a step, equal compute), and the contrastive loss "
        "beats cross-view prediction with the same encoder.",
        (PROBE,),
        {
            "2 views": Arm("cmc", emoji, (PROBE.name,), views(2), steps=240 * scale),
            "3 views": Arm("cmc", emoji, (PROBE.name,), views(3), like="2 views"),
            "4 views": Arm("cmc", emoji, (PROBE.name,), views(4), like="2 views"),
            "prediction": Arm(PREDICTION, emoji, (PROBE.name,), {**OPTIONS, "batch_size": 120}, like="2 views"),
        },
        (
            Comparison("3 views", "2 views", PROBE.name),
            Comparison("4 views", "3 views", PROBE.name),
            Comparison("2 views", "prediction", PROBE.name),
        ),
        note="Views are artists and share one encoder, where the paper's are colour channels with one each; images a "
        "step are equal too (240). The baseline predicts another artist's drawing, as 16 x 16 pixels, from a view.",
    )
