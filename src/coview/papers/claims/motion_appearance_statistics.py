"""Motion and appearance statistics together, against each alone."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric
from coview.papers.moving import moving_clothes

NAMED = finetuned_metric("video", "direction", 30)
OPTIONS = {"encoder_options": {"dim": 64}, "batch_size": 64}


def claim(scale: int) -> Claim:
    """Thirty labels for each of eight directions."""

    def alone(**nothing: float) -> Arm:
        options = {**OPTIONS, **nothing}
        return Arm("spatio-temporal-statistics", moving_clothes, (NAMED.name,), options, like="both")

    return Claim(
        "Fine-tuned on few labels to name what happens in a clip, a network trained to regress motion and appearance "
        "statistics together beats one trained on motion alone and one on appearance alone, at equal compute, and from "
        "scratch.",
        (NAMED,),
        {
            "both": Arm("spatio-temporal-statistics", moving_clothes, (NAMED.name,), OPTIONS, steps=250 * scale),
            "motion": alone(appearance=0.0),
            "appearance": alone(motion=0.0),
        },
        (
            Comparison("both", "motion", NAMED.name),
            Comparison("both", "appearance", NAMED.name),
            Comparison("both", "random", NAMED.name),
        ),
        note="Clothes that move over still ones in place of UCF101, and the direction in place of actions. Appearance "
        "alone weighs a tenth, as beside motion; the optimizer's steps do not depend on the scale of a loss. Found: "
        "far above nothing and above appearance alone with every seed; level with motion alone, which tells what the "
        "label is, a direction.",
    )
