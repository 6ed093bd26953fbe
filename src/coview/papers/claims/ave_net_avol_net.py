"""AVE-Net and AVOL-Net: correspondence finds the same in the other modality, and where it is."""

from __future__ import annotations

from coview.papers.across_slots import found_metric, hit_metric
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.spoken import shuffled_mosaics, spoken_digits, spoken_mosaics

FOUND = found_metric("image", "speech", "digit")
HIT = hit_metric("tile", 2, 2)
SPEECH = {"seconds": 0.7, "mels": 40}
OPTIONS = {"slots": ["image", "speech"], "positives": "natural"}
DIGITS = {
    **OPTIONS,
    "batch_size": 64,
    "encoder_options": {"dim": 48},
    "modality": {"image": {"size": 28}, "speech": SPEECH},
}
MOSAICS = {
    **OPTIONS,
    "scale": 0.1,
    "batch_size": 32,
    "encoder_options": {"dim": 64, "depth": 2},
    "modality": {"image": {"size": 56, "patch": 14}, "speech": SPEECH},
}


def claim(scale: int) -> Claim:
    """Handwritten digits and recordings of their names."""
    return Claim(
        "Told only which recording belongs to which picture, AVE-Net's distances rank pictures and recordings of one "
        "digit far above the untrained network's, and AVOL-Net's map is greatest at the digit that is spoken more "
        "often than that of one trained on recordings dealt out at random, at equal compute.",
        (FOUND, HIT),
        {
            "ave-net": Arm("ave-net", spoken_digits, (FOUND.name,), DIGITS, steps=400 * scale),
            "avol-net": Arm("avol-net", spoken_mosaics, (HIT.name,), MOSAICS, steps=1200 * scale),
            "anyone's": Arm("avol-net", shuffled_mosaics, (HIT.name,), MOSAICS, like="avol-net"),
        },
        (
            Comparison("ave-net", "random", FOUND.name),
            Comparison("avol-net", "anyone's", HIT.name),
            Comparison("avol-net", "random", HIT.name),
        ),
        note="Digits of MNIST and 60 recordings: ten words by six voices in five languages, the same in all parts of "
        "the split, while the digits of a part are its own. A mosaic has two different digits in two of four places: "
        "pointing at the centre, or anywhere, hits 0.25, at any digit 0.5. The paper's centre hits 0.57 of its frames. "
        "Each arm's learning rate is chosen by its own metric.",
    )
