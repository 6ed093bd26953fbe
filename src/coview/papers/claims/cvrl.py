"""CVRL: clips altered alike in all frames and seldom far apart, against neither, and one of both."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric
from coview.papers.moving import turning_clothes

PROBE = protocol_metric("linear/video/direction", "accuracy")
LOOKS = {"scale": [0.3, 1.0], "color": 1.0, "grey": 0.2}
OPTIONS = {"modality": {"video": LOOKS}, "encoder_options": {"dim": 64}, "batch_size": 128}


def claim(scale: int) -> Claim:
    """Two by two: draws by clip or by frame, gaps that are seldom long or evenly long."""

    def arm(**options: object) -> Arm:
        return Arm("cvrl", turning_clothes, (PROBE.name,), {**OPTIONS, **options}, like="cvrl")

    even = float("inf")
    return Claim(
        "A linear probe tells more of what happens in a video apart after contrast of clips that are altered alike in "
        "all frames and drawn with a decreasing density of gaps (CVRL) than where every frame is altered by itself, "
        "than where gaps are drawn evenly, and than where both are so, at equal compute.",
        (PROBE,),
        {
            "cvrl": Arm("cvrl", turning_clothes, (PROBE.name,), OPTIONS, steps=200 * scale),
            "by frame": arm(drawn="frame"),
            "even gaps": arm(power=even),
            "by frame, even gaps": arm(drawn="frame", power=even),
        },
        (
            Comparison("cvrl", "by frame", PROBE.name),
            Comparison("cvrl", "even gaps", PROBE.name),
            Comparison("cvrl", "by frame, even gaps", PROBE.name),
        ),
        note="Clothes that go in a bow over still ones in place of Kinetics, and the direction halfway in place of "
        "actions. The farther apart two stretches of half a clip are, the less alike: by up to 100 degrees. "
        "Colours and areas are altered as strongly as in the paper, shapes of crops less; clips of 32 pixels are "
        "not blurred, and there is no solarisation. Found: whole clips altered alike are ahead of frames altered "
        "each by itself with two seeds of three, and behind by six thousandths with the third; among even gaps "
        "they are ahead with every seed. Seldom far apart is ahead of evenly far apart with every seed, by a point "
        "or less with two. CVRL is ahead of the arm that has neither with every seed.",
    )
