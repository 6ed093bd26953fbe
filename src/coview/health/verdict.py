"""The verdict: healthy, collapsing or collapsed, in one sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from coview.health.reading import Reading
from coview.health.signs import (
    STEADY,
    Case,
    Readings,
    Sign,
    Status,
    constant,
    dead,
    few_directions,
    indifferent,
    not_finite,
    not_taken,
)

SIGNS = (not_finite, not_taken, constant, indifferent, few_directions, dead)
"""Looked for in this order; of two equally bad the first is told."""

SHORT = 50
"""Steps before which what the losses compare is still in motion: some sound runs, teachers' above all, start by losing
directions that come back."""

ALIKE = 0.99
"""Mean cosine from which two digits do not tell how far samples are apart."""

HARDLY = 0.9999
"""Mean cosine from which samples are hardly told apart: no collapse where the untrained network finds them alike too,
but nothing to praise."""


@dataclass(frozen=True)
class Verdict:
    """Whether a run worked, judged without labels.

    Args:
        status: healthy, collapsing, collapsed; unknown where there was nothing to read.
        sentence: what it means.
        remedy: what usually mends it; empty where nothing is wrong.
        evidence: the numbers that decided, by `kind/name/number`.
        readings: the latest readings, by name.
        reference: the untrained networks'.
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
    *,
    losses: Sequence[Mapping[str, float]] = (),
    steps: int | None = None,
    skipped: int = 0,
) -> Verdict:
    """Judges a run by its readings.

    After fewer than `SHORT` steps nobody is accused by what the losses compare, which is in motion then: the verdict is
    `unknown`, and says what it saw. What befell the embedding, and what is not finite, is told at any time.

    Args:
        readings: the latest, by name: `embedding/<slot>` on samples never trained on, `relation/<name>` of what the
            losses compared.
        reference: the same of the untrained networks, as far as known. Without it judgement is milder.
        losses: the losses by name at some steps, oldest first.
        steps: how many were done; None: enough.
        skipped: how many of them were not finite, so that they moved nothing.
    """
    case = Case(readings, reference or {}, losses, steps, skipped)
    told = _told(case)
    return Verdict(told.status, told.sentence, told.remedy, told.evidence, dict(readings), dict(reference or {}))


def _told(case: Case) -> Sign:
    """The first of the worst signs that count; where there is none, that of health."""
    if case.steps and case.skipped == case.steps:
        return Sign("unknown", f"nothing was trained: none of the {case.steps} steps was finite", STEADY)
    if not case.readings:
        return Sign("unknown", "nothing was read: fewer than two samples are held out, and the losses compare none", "")
    found = [sign for look in SIGNS if (sign := look(case)) is not None]
    early = case.steps is not None and case.steps < SHORT
    if sure := [sign for sign in found if sign.lasting or not early]:
        return max(sure, key=lambda sign: sign.status == "collapsed")
    if not found and not _telling(case):
        return Sign("unknown", "the held-out samples are all the same, and that tells nothing of the run", "")
    if not found:
        return Sign("healthy", _well(case) + (f"; {case.steps} steps are few" if early else ""), "", _summary(case))
    seen = found[0]
    return Sign(
        "unknown",
        f"{case.steps} steps are too few to tell: {seen.sentence}, which may pass",
        f"train for at least {SHORT} steps; if it stays so, {seen.remedy}",
        seen.evidence,
    )


def _telling(case: Case) -> list[str]:
    """The readings of samples that differ, the embeddings' first.

    None where the held-out samples are all the same: what the losses compare differs then by augmentation alone.
    """
    held_out = [name for name in case.readings if name.startswith("embedding/")]
    told = [name for name, now in case.readings.items() if case.reference.get(name, now).distinct > 1]
    if held_out and not set(held_out) & set(told):
        return []
    return sorted(told, key=lambda name: name not in held_out)


def _well(case: Case) -> str:
    """What a healthy run's numbers say."""
    name = _telling(case)[0]
    now, before = case.readings[name], case.reference.get(name)
    digits = max(_digits(reading) for reading in (now, before or now))
    was = "" if before is None else f", {before.cosine:.{digits}f} before"
    hardly = "hardly " if now.cosine > HARDLY else ""
    sentence = (
        f"samples are {hardly}told apart (mean cosine of different ones {now.cosine:.{digits}f}{was}), "
        f"in {now.directions:.0f} of {min(now.dim, now.distinct)} directions"
    )
    if hardly and before is not None and before.cosine > HARDLY:
        sentence += ": they are alike to the untrained network too"
    paired = next((r for n, r in case.readings.items() if n.startswith("relation/") and r.agreement is not None), None)
    return sentence if paired is None else f"{sentence}; two looks at one sample agree by {paired.agreement:.2f}"


def _digits(reading: Reading) -> int:
    """How many it takes to tell a mean cosine from 1."""
    return 2 if reading.cosine < ALIKE else max(4, -math.floor(math.log10(max(reading.freedom, 1e-8))))


def _summary(case: Case) -> dict[str, float]:
    return {
        f"{name}/{number}": float(getattr(now, number))
        for name, now in case.readings.items()
        for number in ("cosine", "directions", "participation", "dead")
    }
