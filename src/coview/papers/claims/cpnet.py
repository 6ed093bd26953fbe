"""CPNet: three tasks of continuity together, against clip order and nothing."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric
from coview.papers.moving import moving_clothes

PROBE = protocol_metric("linear/video/direction", "accuracy")
CLIP_ORDER = f"{Path(baselines.__file__).parent / 'clip_order.py'}:ClipOrder"
OPTIONS = {"encoder_options": {"dim": 64}, "batch_size": 64}


def claim(scale: int) -> Claim:
    """Which of eight directions something moves in."""
    return Claim(
        "A linear probe tells more of what happens in clips apart after the three continuity tasks (CPNet) than after "
        "telling the order of clips, at equal compute, and than of the same network before training.",
        (PROBE,),
        {
            "cpnet": Arm("cpnet", moving_clothes, (PROBE.name,), OPTIONS, steps=250 * scale),
            "clip order": Arm(CLIP_ORDER, moving_clothes, (PROBE.name,), OPTIONS, like="cpnet"),
        },
        (Comparison("cpnet", "clip order", PROBE.name), Comparison("cpnet", "random", PROBE.name)),
        note="Clothes that move over still ones in place of UCF101, and the direction in place of actions. Clips of 8 "
        "frames, sections of 4.",
    )
