"""Signs of collapse: each looks at readings for one way a run goes wrong, and says what it means.

All measure against what the untrained networks said, so that encoders whose features always share a direction
(transformers, rectified averages) are not accused of it, nor data with few distinct samples. The thresholds lie between
sick and healthy runs of 30 to 300 steps: every method of the library on emoji, digits and sentences, and SimSiam
without stop-gradient, Barlow Twins without redundancy reduction, VICReg without variance, SimCLR at temperature 100.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from coview.health.reading import Reading

Status = Literal["healthy", "collapsing", "collapsed", "unknown"]

Readings = Mapping[str, Reading]

FREEDOM = {"embedding": (0.005, 0.015), "relation": (0.05, 0.2)}
"""Share of the untrained `1 - cosine` under which vectors have collapsed, and are collapsing. Healthy relations keep
0.3; embeddings have more room: those of masked autoencoders fall to 0.06 in their first steps and are sound."""
UNKNOWN_FREEDOM = 0.02
"""What `1 - cosine` is taken to have been where nothing was read before training."""

FEW = 0.15
"""Share of the untrained directions (RankMe) that is few: SimSiam without stop-gradient ends at 0.05 to 0.18, healthy
runs at 0.22 (SwAV, whose vectors gather at prototypes) and more."""
FEWER = 0.3
"""The same where more speaks for it: one direction holds nearly all variance, or the embedding narrowed too. Barlow
Twins without redundancy reduction ends at 0.19 to 0.26."""
ONE_DIRECTION = 1.5
"""Participation ratio of vectors that vary in one direction: those end at 1.0 to 2.1, healthy ones at 1.8 and more."""
NARROWED = 0.5
"""Share of the untrained embedding's participation ratio: those end at 0.27 to 0.33 on digits, SwAV at 0.5 and more."""

FLAT = 0.003
"""Range of a loss over its mean that says it does not see the data. InfoNCE at temperature t can move by 2 / t at most,
0.4 % of log 128 at t = 100; at usual temperatures batches alone differ by more than 1 %."""

DEAD = 0.5
"""Share of dimensions that training killed. Healthy encoders without normalisation were seen to lose a third."""

SKIPPED = 0.1
"""Share of steps that were not finite from which a run is no longer called healthy."""

STEADY = "lower the learning rate, train in --precision 32, and look for extreme values in the data"
"""What usually keeps steps finite."""


@dataclass(frozen=True)
class Sign:
    """One sign: how bad, what it means, what usually mends it, and the numbers that say so.

    Args:
        status: how bad.
        sentence: what it means.
        remedy: what usually mends it.
        evidence: the numbers that decided.
        lasting: whether it is told after a few steps too; signs of what may still turn are not.
    """

    status: Status
    sentence: str
    remedy: str
    evidence: dict[str, float] = field(default_factory=dict)
    lasting: bool = False


@dataclass(frozen=True)
class Case:
    """What signs are looked for in.

    Args:
        readings: the latest, by name: `embedding/<slot>` and `relation/<name>`.
        reference: the untrained networks', by the same names, as far as known.
        losses: the losses by name at each of some steps, oldest first.
        steps: how many were done; None where that is not known.
        skipped: how many of them were not finite and moved nothing.
    """

    readings: Readings
    reference: Readings
    losses: Sequence[Mapping[str, float]] = ()
    steps: int | None = None
    skipped: int = 0


def not_finite(case: Case) -> Sign | None:
    """NaN or infinity among the vectors."""
    return _worst(case, _not_finite)


def _not_finite(name: str, now: Reading, before: Reading | None) -> Sign | None:
    if now.finite == 1:
        return None
    return Sign(
        "collapsed",
        f"{_what(name)} is not finite for {1 - now.finite:.0%} of the samples",
        STEADY,
        {f"{name}/finite": now.finite},
        lasting=True,
    )


def not_taken(case: Case) -> Sign | None:
    """Many steps whose losses or gradients were not finite: nothing moved at them."""
    if not case.steps or case.skipped < SKIPPED * case.steps:
        return None
    said = f"{case.skipped} of {case.steps} steps were not finite and moved nothing"
    return Sign("collapsing", said, STEADY, {"steps/skipped": case.skipped / case.steps}, lasting=True)


def constant(case: Case) -> Sign | None:
    """Complete collapse: every sample says the same."""
    return _worst(case, _constant)


def _constant(name: str, now: Reading, before: Reading | None) -> Sign | None:
    if before is not None and before.distinct <= 1:
        return None  # the samples themselves are all the same
    share = now.freedom / max(UNKNOWN_FREEDOM if before is None else before.freedom, 1e-12)
    collapsed, collapsing = FREEDOM[_kind(name)]
    if share >= collapsing and now.variation > 0:
        return None
    gone = share < collapsed or now.variation == 0
    was = "" if before is None else f", {before.cosine:.4f} before"
    return Sign(
        "collapsed" if gone else "collapsing",
        f"{_what(name)} {'is nearly the same' if gone else 'grows more and more alike'} for all samples "
        f"(mean cosine between different samples {now.cosine:.4f}{was})",
        "what keeps samples apart is missing or too weak: negatives, a stop-gradient with a predictor, a slow teacher "
        "or sharp assignments (a lower teacher temperature or epsilon), a variance term, or batch normalisation in the "
        "heads; where it came early, lower the learning rate",
        _numbers(name, ("cosine", "variation"), now, before),
        lasting=_kind(name) == "embedding",
    )


def indifferent(case: Case) -> Sign | None:
    """Losses that neither fall nor differ between batches: they do not tell samples apart (temperature too high)."""
    for loss in sorted({name for line in case.losses for name in line}):
        values = [line[loss] for line in case.losses if math.isfinite(line.get(loss, math.nan))]
        mean = sum(map(abs, values)) / max(1, len(values))
        if len(values) < 3 or mean < 1e-9:
            continue
        spread = (max(values) - min(values)) / mean
        if spread < FLAT:
            return Sign(
                "collapsing",
                f"the losses do not discriminate: {loss} stayed within {spread:.2%} of {values[-1]:.4g}, whatever the "
                "batch",
                "lower the temperature (0.05 to 0.5 is usual), or raise the learning rate if it is tiny",
                {f"losses/{loss}/range": spread},
            )
    return None


def few_directions(case: Case) -> Sign | None:
    """Dimensional collapse: samples differ, but in hardly any direction."""
    embeddings = [name for name in case.readings if _kind(name) == "embedding" and name in case.reference]
    widths = [(case.readings[name].participation, case.reference[name].participation) for name in embeddings]
    return _worst(case, partial(_few_directions, any(now < NARROWED * before for now, before in widths)))


def _few_directions(narrowed: bool, name: str, now: Reading, before: Reading | None) -> Sign | None:
    if before is None or before.directions == 0:
        return None
    share, line = now.directions / before.directions, now.participation <= ONE_DIRECTION
    if share >= (FEWER if line or narrowed else FEW):
        return None
    return Sign(
        "collapsed" if share < FEW and line else "collapsing",
        f"{_what(name)} tells samples apart in only {now.directions:.1f} of {min(now.dim, before.distinct)} directions"
        f"{', nearly all in one' if line else ''} ({before.directions:.1f} before)",
        "weigh redundancy reduction (covariance, off-diagonal) more, check the stop-gradient and the predictor, or "
        "lower the temperature so that near samples are pushed apart too",
        _numbers(name, ("directions", "participation"), now, before),
        lasting=_kind(name) == "embedding",
    )


def dead(case: Case) -> Sign | None:
    """Dimensions that no sample moves any more."""
    return _worst(case, _dead)


def _dead(name: str, now: Reading, before: Reading | None) -> Sign | None:
    if now.dead - (0.0 if before is None else before.dead) < DEAD:
        return None
    return Sign(
        "collapsing",
        f"{now.dead:.0%} of the dimensions of {_what(name)} are dead: no sample moves them",
        "lower the learning rate or the weight decay, or normalise before the last activation",
        _numbers(name, ("dead",), now, before),
        lasting=_kind(name) == "embedding",
    )


def _kind(name: str) -> Literal["embedding", "relation"]:
    return "embedding" if name.startswith("embedding") else "relation"


def _what(name: str) -> str:
    kind, _, rest = name.partition("/")
    return f"the embedding of {rest}" if kind == "embedding" else f"what the loss compares ({rest})"


def _numbers(name: str, numbers: Sequence[str], now: Reading, before: Reading | None) -> dict[str, float]:
    found = {f"{name}/{n}": float(getattr(now, n)) for n in numbers}
    return found | ({} if before is None else {f"{name}/{n} untrained": float(getattr(before, n)) for n in numbers})


def _worst(case: Case, look: Callable[[str, Reading, Reading | None], Sign | None]) -> Sign | None:
    """The worst of what `look` finds in each reading; of equally bad ones the first."""
    signs = [look(name, now, case.reference.get(name)) for name, now in case.readings.items()]
    return max((s for s in signs if s is not None), key=lambda s: s.status == "collapsed", default=None)
