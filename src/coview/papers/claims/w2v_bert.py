"""w2v-BERT: contrast and prediction, together and alone."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric
from coview.papers.recorded import spoken

KIND = protocol_metric("linear/speech/kind", "accuracy")
VOICE = protocol_metric("linear/speech/voice", "accuracy")
METRICS = (KIND.name, VOICE.name)
OPTIONS = {
    "modality": {"audio": {"seconds": 2.0}},
    "encoder_options": {"dim": 64, "depth": 4},
    "batch_size": 64,
}


def claim(scale: int) -> Claim:
    """What is said, and by whom."""
    return Claim(
        "Contrast and masked prediction of its codes, trained together, give a linear probe with fewer errors than "
        "either alone, with the same encoder at equal compute.",
        (KIND, VOICE),
        {
            "joint": Arm("w2v-bert", spoken, METRICS, OPTIONS, steps=400 * scale),
            "contrast": Arm("w2v-bert", spoken, METRICS, {**OPTIONS, "prediction": 0.0, "lower": 4}, like="joint"),
            "prediction": Arm("w2v-bert", spoken, METRICS, {**OPTIONS, "contrast": 0.0}, like="joint"),
        },
        tuple(Comparison("joint", alone, metric) for alone in ("contrast", "prediction") for metric in METRICS),
        note="Telephone prompts by six voices in five languages in place of LibriSpeech; probes of the kind of prompt "
        "and of the voice in place of word errors. The prediction alone is of codes by a random codebook (BEST- "
        "RQ), as there is none learned. Found: of the kinds of prompt, both together are ahead of the contrast "
        "alone with every seed, and of the prediction alone with two of three. The voices decide: either loss "
        "alone tells them better than both together with every seed, by 0.3 to 2.1 points, and the raw input "
        "(0.974) better than any run; the untrained encoder (0.948) is level with both together.",
        grid=(2.5e-4, 1e-3),
    )
