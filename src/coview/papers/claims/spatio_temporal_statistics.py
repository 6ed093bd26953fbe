"""Spatio-temporal statistics: told before few labels, against clip order and nothing."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric
from coview.papers.moving import moving_clothes

NAMED = finetuned_metric("video", "direction", 30)
CLIP_ORDER = f"{Path(baselines.__file__).parent / 'clip_order.py'}:ClipOrder"
OPTIONS = {"encoder_options": {"dim": 64}, "batch_size": 64}


def claim(scale: int) -> Claim:
    """Thirty labels for each of eight directions."""
    return Claim(
        "Fine-tuned on few labels to name what happens in a clip, a network trained to tell motion and appearance "
        "statistics beats the same network trained to tell the order of clips, at equal compute, and from scratch.",
        (NAMED,),
        {
            "statistics": Arm("spatio-temporal-statistics", moving_clothes, (NAMED.name,), OPTIONS, steps=250 * scale),
            "clip order": Arm(CLIP_ORDER, moving_clothes, (NAMED.name,), OPTIONS, like="statistics"),
        },
        (Comparison("statistics", "clip order", NAMED.name), Comparison("statistics", "random", NAMED.name)),
        note="Clothes that move over still ones in place of UCF101, and the direction in place of actions. Statistics "
        "are of the augmented look; counting them costs time that is no part of the compute compared.",
    )
