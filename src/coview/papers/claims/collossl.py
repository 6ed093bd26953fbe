"""ColloSSL: synchronous devices against augmentations and labels alone."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric
from coview.papers.recorded import streams

FEW = finetuned_metric("stream", "exercise", 19)
OPTIONS = {"encoder_options": {"dim": 64}, "batch_size": 128}


def claim(scale: int) -> Claim:
    """Fine-tuned on a tenth of the labels, of people never seen."""
    return Claim(
        "After contrast between synchronous streams, an encoder fine-tuned on a tenth of the labels names more "
        "activities right than after SimCLR's augmentations of one stream at equal compute, and than the same encoder "
        "trained on those labels alone.",
        (FEW,),
        {
            "streams": Arm("collossl", streams, (FEW.name,), OPTIONS, steps=250 * scale),
            "augmentations": Arm("simclr", streams, (FEW.name,), {**OPTIONS, "positives": "augment"}, like="streams"),
        },
        (Comparison("streams", "augmentations", FEW.name), Comparison("streams", "random", FEW.name)),
        note="Three synchronous streams of one watch in place of devices over the body: its accelerometer above and "
        "below 0.3 Hz, and its gyroscope, with one encoder for all. Accuracy of the first stream, in place of F1; each "
        "exercise has about as many windows. Fine-tuning sees 19 windows of each exercise, by any stream.",
    )
