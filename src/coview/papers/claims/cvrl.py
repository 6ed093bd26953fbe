"""CVRL: clips altered alike in all frames and seldom far apart, against neither, and one of both."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric
from coview.papers.moving import plays

STATE = protocol_metric("state/video/ram", "F1")
OPTIONS = {"encoder_options": {"dim": 64}, "batch_size": 128}


def claim(scale: int) -> Claim:
    """Two by two: draws by clip or by frame, gaps that are seldom long or evenly long."""

    def arm(**options: object) -> Arm:
        return Arm("cvrl", plays, (STATE.name,), {**OPTIONS, **options}, like="cvrl")

    even = float("inf")
    return Claim(
        "A linear probe reads more of a game's state after contrast of clips that are altered alike in all frames and "
        "drawn with a decreasing density of gaps (CVRL) than where every frame is altered by itself, than where gaps "
        "are drawn evenly, and than where both are so, at equal compute.",
        (STATE,),
        {
            "cvrl": Arm("cvrl", plays, (STATE.name,), OPTIONS, steps=130 * scale),
            "by frame": arm(drawn="frame"),
            "even gaps": arm(power=even),
            "by frame, even gaps": arm(drawn="frame", power=even),
        },
        (
            Comparison("cvrl", "by frame", STATE.name),
            Comparison("cvrl", "even gaps", STATE.name),
            Comparison("cvrl", "by frame, even gaps", STATE.name),
        ),
        note="Atari games at random play in place of Kinetics, and the memory at a clip's last frame in place "
        "of actions. A stored clip lasts 1.07 s, a stretch half of that, so that gaps are of half a second at most, "
        "where the paper's videos last ten seconds.",
    )
