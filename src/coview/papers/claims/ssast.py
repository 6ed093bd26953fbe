"""SSAST: both objectives, either, and neither."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric
from coview.papers.recorded import voices

FEW = finetuned_metric("speech", "voice", 5)
OPTIONS = {
    "modality": {"audio": {"seconds": 2.0}},
    "encoder_options": {"dim": 64, "depth": 2},
    "batch_size": 64,
}


def claim(scale: int) -> Claim:
    """Who speaks, fine-tuned on five recordings of each."""
    return Claim(
        "A transformer pre-trained with the discriminative and the generative masked-patch loss together is fine-tuned "
        "to a better accuracy than from scratch, and than with either loss alone, at equal compute.",
        (FEW,),
        {
            "joint": Arm("ssast", voices, (FEW.name,), OPTIONS, steps=250 * scale),
            "discriminative": Arm("ssast", voices, (FEW.name,), {**OPTIONS, "generative": 0.0}, like="joint"),
            "generative": Arm("ssast", voices, (FEW.name,), {**OPTIONS, "discriminative": 0.0}, like="joint"),
        },
        (
            Comparison("joint", "random", FEW.name),
            Comparison("joint", "discriminative", FEW.name),
            Comparison("joint", "generative", FEW.name),
        ),
        note="Telephone prompts by six voices in place of AudioSet and Librispeech; frames are tokens, hidden one by "
        "one, as in the paper's variant for speech. Found: pre-training gains four to twelve points over the untrained "
        "encoder with every seed; the discriminative loss alone is ahead of the sum with every seed, by 0.3 to 1.7 "
        "points, which decides, and the generative loss alone with two of three.",
    )
