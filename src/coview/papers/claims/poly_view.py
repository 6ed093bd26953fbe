"""Poly-View: more views of fewer samples."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.derived import fashion
from coview.papers.metrics import protocol_metric

PROBE = protocol_metric("linear/image/class", "accuracy")
OPTIONS = {"modality": {"image": {"size": 28}}, "encoder_options": {"dim": 64}}


def claim(scale: int) -> Claim:
    """128 samples by 2 views against 64 by 4 and 32 by 8."""

    def poly(views: int) -> Arm:
        options = {**OPTIONS, "multiplicity": views, "batch_size": 256 // views}
        return Arm("poly-view", fashion, (PROBE.name,), options, like="2 views, SimCLR")

    return Claim(
        "At a fixed number of images a step (256), 4 and 8 views of each sample with the geometric poly-view loss beat "
        "SimCLR's 2 views of more samples, at equal compute.",
        (PROBE,),
        {
            "2 views, SimCLR": Arm("simclr", fashion, (PROBE.name,), {**OPTIONS, "batch_size": 128}, steps=480 * scale),
            "4 views": poly(4),
            "8 views": poly(8),
        },
        (Comparison("4 views", "2 views, SimCLR", PROBE.name), Comparison("8 views", "2 views, SimCLR", PROBE.name)),
        note="4,000 pictures of Fashion-MNIST to train on, 1,000 to choose by, 2,000 to score. No arm's probe is "
        "clearly above that of raw pixels, and the arms lie within 0.02 of each other at either learning rate. "
        "The paper trains for 128 epochs and more on a million pictures; here they are 15 (two views) down to 4 "
        "(eight).",
    )
