"""Symile: what only two modalities together tell of a third."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from coview.data.source import Data
from coview.engine.run import Run
from coview.papers.claim import Arm, Claim, Comparison, Metric
from coview.papers.derived import WORDS, digit_sums
from coview.papers.metrics import scored_part

OPTIONS = {
    "modality": {"first": {"size": 8}, "second": {"size": 8}},
    "encoder_options": {"dim": 64},
    "positives": "natural",
    "batch_size": 256,
}


def third(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
    """How often the word for the sum ranks first among the ten words, given both digits.

    Symile ranks by its multilinear product; pairwise CLIP by the sum of the word's cosines with both digits.
    """
    from coview.evaluate.embed import embed_data
    from coview.evaluate.zero_shot import class_vectors
    from coview.methods.crossmodal.symile import Symile

    part = scored_part(rows)
    chosen = data.rows(rows[part])
    joint = embed_data(run.method, chosen)["joint"]
    first, second = joint["first"].values[:, 0], joint["second"].values[:, 0]
    words = class_vectors(run.method, data, "sum", "joint", WORDS)
    asked = first * second if isinstance(run.method, Symile) else first + second
    right = (asked @ words.T).argmax(1) == torch.as_tensor(chosen.labels["sum"])
    how = {"split": part, "queries": len(right), "candidates": len(WORDS), "chance": 1 / len(WORDS)}
    return float(right.double().mean()), how


THIRD = Metric("sum given both digits, accuracy", third)


def claim(scale: int) -> Claim:
    """The sum of two digits modulo ten: each pair of the three is independent."""
    return Claim(
        "Where a third thing depends on two others jointly and on neither alone (the sum of two digits modulo ten), "
        "Symile retrieves it more often than pairwise CLIP, at equal compute.",
        (THIRD,),
        {
            "symile": Arm("symile", digit_sums, (THIRD.name,), OPTIONS, steps=600 * scale),
            "clip": Arm("clip", digit_sums, (THIRD.name,), OPTIONS, like="symile"),
        },
        (Comparison("symile", "clip", THIRD.name),),
        note="Digits are 8 x 8 pictures, one in each of two slots with an encoder of its own; the third is a word. The "
        "paper's speech is left out.",
    )
