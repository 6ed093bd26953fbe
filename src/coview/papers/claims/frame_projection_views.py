"""Frame projections against augmentations."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from coview.data.source import Data
from coview.engine.run import Run
from coview.papers.claim import Arm, Claim, Comparison, Metric
from coview.papers.recorded import watch

KEY = "linear/accelerometer/exercise"


def kept(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
    """A linear probe of what a method has a user keep: of frame projections, the mapped frames too."""
    from coview.evaluate.evaluate import evaluate

    found = evaluate(run.method, data, rows, protocols=["linear"], labels=["exercise"], raw=False)
    value = found[KEY]["accuracy"]["run"]
    assert value is not None
    return value, found.protocol[KEY]


PROBE = Metric(f"{KEY} accuracy", kept)
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
        "(crops, turns, gain, noise, gaps, channels off), more than jitter and scaling.",
    )
