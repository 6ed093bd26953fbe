"""Labels that are quantities: which there are, and the ridge probe on each."""

from __future__ import annotations

import numpy as np

from coview.data.source import Data
from coview.evaluate.items import Outcome, items_where
from coview.evaluate.labels import check_named, classes_of, probed
from coview.evaluate.ridge import DETAILS, ridge
from coview.evaluate.scores import Scores
from coview.evaluate.subject import Subject

LEAST = 10
"""Training samples that must have a quantity."""


def quantity_of(values: np.ndarray) -> np.ndarray | None:
    """Values as numbers `(N,)` float64, NaN where unknown; None where they are classes or no numbers."""
    if classes_of(values) is not None:
        return None
    try:
        found = np.array([np.nan if v is None or v == "" else float(v) for v in values.tolist()])
    except (TypeError, ValueError):
        return None
    return np.where(np.isfinite(found), found, np.nan)


def choose_quantities(
    data: Data, wanted: list[str] | None, train: np.ndarray, scored: np.ndarray
) -> dict[str, np.ndarray]:
    """The labels that can be regressed: numbers, at least 10 in training, and two that differ among those scored.

    Raises:
        UserError: there is no such label.
    """
    names = probed(data) if wanted is None else wanted
    check_named(data, names)
    found = {name: quantity_of(data.labels[name]) for name in names}
    return {
        name: values
        for name, values in found.items()
        if values is not None
        and np.isfinite(values[train]).sum() >= LEAST
        and len(np.unique(values[scored][np.isfinite(values[scored])])) > 1
    }


def score_quantities(subject: Subject, scores: Scores, quantities: dict[str, np.ndarray]) -> None:
    """Adds the ridge probe of every slot and quantity."""
    for slot in subject.slots:
        for label, values in quantities.items():
            outcomes: dict[str, Outcome] = {}
            counts: dict[str, int] = {}
            for column, embedding in subject.of_slot(slot).items():
                train, valid, test = (
                    items_where(embedding, rows, values, np.isfinite(values))
                    for rows in (subject.train, subject.valid, subject.scored)
                )
                if len(train) >= LEAST and len(test) > 1:
                    outcomes[column] = ridge(train, valid, test)
                    counts = {"n": len(test), "training items": len(train)}
            if "run" in outcomes:
                chosen = {"alpha chosen": {column: o.choices["alpha"] for column, o in outcomes.items()}}
                found = {column: outcome.metrics for column, outcome in outcomes.items()}
                scores.add(f"ridge/{slot}/{label}", found, {**DETAILS, "split": subject.split, **counts, **chosen})
