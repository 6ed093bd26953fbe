"""COMET: all levels against each."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric
from coview.papers.recorded import watch

FEW = finetuned_metric("accelerometer", "exercise", 5)
OPTIONS = {
    "slots": ["accelerometer"],
    "modality": {"series": {"patch": 4}},
    "encoder_options": {"dim": 64, "depth": 5},
    "batch_size": 128,
}
NONE = {"observation": 0.0, "sample": 0.0}
LEVELS = {
    "observation": {"sample": 0.0, "wholes": 0.0},
    "sample": {"observation": 0.0, "wholes": 0.0},
    "recording": {**NONE, "levels": ["recording"]},
    "subject": {**NONE, "levels": ["subject"]},
}
"""Level -> the options that leave it alone."""


def claim(scale: int) -> Claim:
    """Fine-tuned on five windows of each exercise, of people never seen."""
    arms = {
        level: Arm("comet", watch, (FEW.name,), {**OPTIONS, **alone}, like="all") for level, alone in LEVELS.items()
    }
    return Claim(
        "Contrast at the levels of observation, sample, recording and subject together, fine-tuned on few labels and "
        "tested on other people, beats contrast at any one level, with the same encoder at equal compute.",
        (FEW,),
        {"all": Arm("comet", watch, (FEW.name,), OPTIONS, steps=150 * scale), **arms},
        tuple(Comparison("all", level, FEW.name) for level in LEVELS),
        note="A watch's accelerometer during seven exercises in place of ECG and EEG: ten people, 140 recordings. "
        "Labels are 35 of some 1,300 training windows (2.7 %). Found: all levels together are above observations alone "
        "with every seed, and level with each of the others; none is two points above the untrained network, "
        "fine-tuned alike (0.638). Who wears the watch and in which recording says nothing of the exercise here, "
        "where in the paper a patient's disease is the patient's.",
        grid=(2.5e-4, 1e-3, 4e-3),
    )
