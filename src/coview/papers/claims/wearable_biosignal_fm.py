"""Wearable biosignals: whose segments are positives."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from coview.data.source import Data
from coview.engine.run import Run
from coview.papers.claim import Arm, Claim, Comparison, Metric
from coview.papers.metrics import scored_part
from coview.papers.recorded import segments

LABEL = "size"


def participants(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
    """A linear probe of an attribute of participants never seen, on the mean of each one's segments."""
    from coview.evaluate.embed import embed_data
    from coview.evaluate.items import Items
    from coview.evaluate.labels import classes_of
    from coview.evaluate.linear import linear
    from coview.modalities.base import present_mean
    from coview.papers.encoders_alone import EncodersAlone

    embedded = embed_data(EncodersAlone(run.method), data)["flights"]["flights"]
    mean = present_mean(embedded.values, embedded.present).numpy()
    found = classes_of(data.labels[LABEL])
    assert found is not None
    codes, names = found
    part = scored_part(rows)

    def items(at: Tensor) -> Items:
        known = at.numpy()[codes[at.numpy()] >= 0]
        return Items(mean[known], codes[known], known)

    train, valid, scored = items(rows["train"]), items(rows["valid"]), items(rows[part])
    seen = np.unique(train.y)
    valid, scored = (some.take(np.isin(some.y, seen)) for some in (valid, scored))
    outcome = linear(train, valid, scored, len(names))
    return outcome.metrics["accuracy"], {"split": part, "participants": len(scored), **outcome.choices}


PROBE = Metric(f"linear probe of {LABEL} on participants' mean embedding, accuracy", participants)
OPTIONS = {"modality": {"events": {"length": 12}}, "encoder_options": {"dim": 64}, "batch_size": 128}


def claim(scale: int) -> Claim:
    """An attribute of whom the segments are of."""
    same = {**OPTIONS, "positives": "augment"}
    return Claim(
        "Positives that are two segments of one participant give a better linear probe of participants' attributes "
        "than two augmentations of one segment, with the same encoder at equal compute.",
        (PROBE,),
        {
            "participant": Arm("wearable-biosignal-fm", segments, (PROBE.name,), OPTIONS, steps=400 * scale),
            "segment": Arm("wearable-biosignal-fm", segments, (PROBE.name,), same, like="participant"),
        },
        (Comparison("participant", "segment", PROBE.name),),
        note="Aircraft in place of people and flights in place of pulse waves: no data at hand has biosignals of many "
        "people. A participant is an aircraft, a segment 12 flights in a row, up to six of them over a year; the "
        "attribute is its size, by seats. Test participants never train.",
    )
