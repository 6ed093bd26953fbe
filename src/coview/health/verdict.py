"""The verdict: healthy, collapsing or collapsed, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from coview.health.reading import Reading
from coview.health.signs import (
    Case,
    Readings,
    Sign,
    Status,
    constant,
    dead,
    few_directions,
    indifferent,
    not_finite,
)

SIGNS = (not_finite, constant, indifferent, few_directions, dead)
"""Looked for in this order; of two equally bad the first is told."""


@dataclass(frozen=True)
class Verdict:
    """Whether a run worked, judged without labels.

    Args:
        status: healthy, collapsing, collapsed; unknown where there was nothing to read.
        sentence: what it means.
        remedy: what usually mends it; empty where nothing is wrong.
        evidence: the numbers that decided, by `kind/name/number`.
        readings: the latest readings, by name.
        reference: the untrained encoder's.
    """

    status: Status
    sentence: str
    remedy: str = ""
    evidence: dict[str, float] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    reference: dict[str, Reading] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status}: {self.sentence}." + (f" Usually mended so: {self.remedy}." if self.remedy else "")

    def to_dict(self) -> dict[str, Any]:
        """As `verdict.json` has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote."""
        read = {key: {n: Reading.from_dict(r) for n, r in found[key].items()} for key in ("readings", "reference")}
        return cls(**{**found, **read})


def judge(
    readings: Readings,
    reference: Readings | None = None,
    history: Sequence[Readings] = (),
    losses: Sequence[Mapping[str, float]] = (),
) -> Verdict:
    """Judges a run by its readings.

    Args:
        readings: the latest, by name: `embedding/<slot>` on samples never trained on, `relation/<name>` of what the
            losses compared.
        reference: the same of the untrained encoder, as far as known. Without it judgement is milder.
        history: readings so far, oldest first, the latest last.
        losses: the losses by name at some steps, oldest first.
    """
    case = Case(readings, reference or {}, history, losses)
    worst = _worst(case)
    return Verdict(worst.status, worst.sentence, worst.remedy, worst.evidence, dict(readings), dict(reference or {}))


def _worst(case: Case) -> Sign:
    """The first of the worst signs; where there is none, that of health."""
    if not case.readings:
        return Sign("unknown", "nothing was read: there is no held-out sample and no relation", "")
    found = [sign for look in SIGNS if (sign := look(case)) is not None]
    if not found:
        return Sign("healthy", _well(case), "", _summary(case))
    return max(found, key=lambda sign: sign.status == "collapsed")


def _well(case: Case) -> str:
    """What a healthy run's numbers say."""
    embeddings = [n for n in case.readings if n.startswith("embedding/")]
    name = (embeddings or list(case.readings))[0]
    now, before = case.readings[name], case.untrained(name)
    was = "" if before is None else f", {before.cosine:.2f} before"
    sentence = (
        f"samples are told apart (mean cosine of different ones {now.cosine:.2f}{was}), "
        f"in {now.directions:.0f} of {min(now.dim, now.distinct)} directions"
    )
    paired = next((r for n, r in case.readings.items() if n.startswith("relation/") and r.agreement is not None), None)
    return sentence if paired is None else f"{sentence}; two looks at one sample agree by {paired.agreement:.2f}"


def _summary(case: Case) -> dict[str, float]:
    return {
        f"{name}/{number}": float(getattr(now, number))
        for name, now in case.readings.items()
        for number in ("cosine", "directions", "participation", "dead")
    }
