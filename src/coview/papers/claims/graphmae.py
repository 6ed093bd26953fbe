"""GraphMAE: features against edges as what is rebuilt."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.graphs import packages
from coview.papers.metrics import protocol_metric

PROBE = protocol_metric("linear/package/section", "accuracy")
GAE = f"{Path(baselines.__file__).parent / 'gae.py'}:GAE"
OPTIONS = {"encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64}


def claim(scale: int) -> Claim:
    """Packages of Debian; the section is told from the representation of a package."""
    return Claim(
        "Rebuilding masked features with codes masked again and the scaled cosine error beats rebuilding edges (GAE), "
        "and the same with the squared error, by linear probe of the same network at equal compute.",
        (PROBE,),
        {
            "graphmae": Arm("graphmae", packages, (PROBE.name,), OPTIONS, steps=600 * scale),
            "squared error": Arm("graphmae", packages, (PROBE.name,), {**OPTIONS, "criterion": "mse"}, like="graphmae"),
            "gae": Arm(GAE, packages, (PROBE.name,), OPTIONS, like="graphmae"),
        },
        (
            Comparison("graphmae", "gae", PROBE.name),
            Comparison("graphmae", "squared error", PROBE.name),
        ),
        note="4,000 packages of Debian to train on, each with a sampled neighbourhood of up to 41; a node's features "
        "are 64 numbers that sum up its name and description. GAE's non-edges pair nodes of different "
        "neighbourhoods. Found: rebuilding features beats rebuilding edges; which error they are compared by makes "
        "no difference here, where features are 64 dense numbers and no bags of words.",
    )
