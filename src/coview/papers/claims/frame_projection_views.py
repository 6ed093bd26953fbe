"""Frame projections against augmentations."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import embedding_metric
from coview.papers.recorded import watch

PROBE = embedding_metric("linear/accelerometer/exercise", "accuracy")
OPTIONS = {"slots": ["accelerometer"], "encoder_options": {"dim": 64}, "batch_size": 128}


def claim(scale: int) -> Claim:
    """Exercises by a watch's accelerometer, of people never seen."""
    return Claim(
        "A linear probe after training on a series, its Fourier coefficients and its wavelets tells more classes apart "
        "than after SimCLR with augmentations, with the same encoder at equal compute.",
        (PROBE,),
        {
            "frames": Arm("frame-projections", watch, (PROBE.name,), OPTIONS, steps=250 * scale),
            "augmentations": Arm("simclr", watch, (PROBE.name,), {**OPTIONS, "positives": "augment"}, like="frames"),
        },
        (Comparison("frames", "augmentations", PROBE.name),),
        note="Each is probed at what it keeps: the encoder's features, and for frame projections both maps of them "
        "besides, three times as many. Test subjects never train. SimCLR's augmentations are those of series here "
        "(crops, turns, gain, noise, gaps, channels off), more than jitter and scaling. Found: level with "
        "augmentations, which at equal compute take twice the steps.",
    )
