"""Signs of collapse: each looks at readings for one way a run goes wrong, and says what it means.

All measure against the untrained encoder where its reading is known, so that encoders whose features always share a
direction (transformers, rectified averages) are not accused of it, nor data with few distinct samples. The thresholds
come from some 250 small trainings (SimCLR at temperatures 0.05 to 100, VICReg, Barlow Twins, SimSiam and BYOL with and
without what keeps them from collapse; convolutional nets, perceptrons and transformers, with and without batch
normalisation; AdamW and SGD; 10 to 300 steps) and lie between the sick and the healthy ones, nearer to the sick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from coview.health.reading import Reading

Status = Literal["healthy", "collapsing", "collapsed", "unknown"]

Readings = Mapping[str, Reading]

FREEDOM = {"embedding": (0.005, 0.015), "relation": (0.05, 0.2)}
"""Share of the untrained `1 - cosine` under which vectors have collapsed, and are collapsing. Healthy relations keep
0.25 at their lowest, after ten steps, and 0.6 later. Embeddings have more room: those of masked autoencoders fall to
0.06 in their first steps, while a common direction grows, and are sound."""
CONSTANT = {"embedding": (1e-4, 1e-3), "relation": (2e-3, 1e-2)}
"""The same for `1 - cosine` itself, where the untrained is not known."""
FALLING = (0.7, 0.4)
"""Collapsing is also, for relations: under 0.7 of the last reading's `1 - cosine`, twice running, and under 0.4 of the
untrained."""

ONE_DIRECTION = 1.35
"""Participation ratio under which samples differ in one direction: Barlow Twins without redundancy reduction and VICReg
without covariance end at 1.0 to 1.2. Healthy runs may pass through it in their first steps: it counts as collapsed only
where the reading before was no better and this one is not rising."""
FEW_DIRECTIONS = (2.3, 2.6)
"""Participation ratio under which looks that agree (alignment under `AGREEING`) leave samples two directions to differ
in, and the same while the directions are still getting fewer: SimSiam without stop-gradient and temperatures of 10 and
more end at 1.5 to 2.3, healthy relations at 2.5 and more. Early in training healthy ones pass through 2 as well, but
their looks do not agree yet (0.5 to 1.0) or the number is rising."""
RISING = 1.06
"""Over the mean of the last two readings; one batch differs from the next by about 0.03."""
FALLING_DIRECTIONS = 0.93
"""RankMe over its value halfway: healthy relations settle or rise after the first tenth."""
AGREEING = 0.45
LOST_DIRECTIONS = (0.05, 0.12)
"""Share of the untrained encoder's directions under which an embedding has collapsed, and is collapsing; healthy ones
keep 0.4 or more, features that fall into ten classes 0.25."""

FLAT = 0.003
"""Range of a loss over its mean that says it does not see the data. InfoNCE at temperature t can move by 2 / t at most,
0.4 % of log 128 at t = 100; at usual temperatures batches alone differ by more than 1 %."""
ALMOST_FLAT = 0.025
"""The same beside other evidence: samples that differ in few directions."""

DEAD = 0.5
"""Share of dimensions that training killed. Healthy encoders without normalisation were seen to lose a third."""


@dataclass(frozen=True)
class Sign:
    """One sign: how bad, what it means, what usually mends it, and the numbers that say so."""

    status: Status
    sentence: str
    remedy: str
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What signs are looked for in.

    Args:
        readings: the latest, by name: `embedding/<slot>` and `relation/<name>`.
        reference: the untrained encoder's, by the same names, as far as known.
        history: earlier readings and the latest, oldest first.
        losses: the losses by name at each of some steps, oldest first.
    """

    readings: Readings
    reference: Readings
    history: Sequence[Readings]
    losses: Sequence[Mapping[str, float]]

    def untrained(self, name: str) -> Reading | None:
        """The reading before training, or the earliest there is."""
        earliest = self.history[0].get(name) if len(self.history) > 1 else None
        return self.reference.get(name, earliest)

    def past(self, name: str) -> list[Reading]:
        """The readings before the latest."""
        return [r[name] for r in self.history[:-1] if name in r]

    def rising(self, name: str, now: Reading) -> bool:
        """Whether samples differ in more directions than in the last readings."""
        last = [r.participation for r in self.past(name)[-2:]]
        return bool(last) and now.participation > RISING * sum(last) / len(last)

    def losing(self, name: str, now: Reading) -> bool:
        """Whether samples differ in fewer directions than halfway through the readings."""
        past = self.past(name)
        return len(past) >= 3 and now.directions < FALLING_DIRECTIONS * past[len(past) // 2].directions

    def untrained_participation(self, name: str) -> float:
        """How many directions the data offers: the untrained relation's or, that unknown, the best embedding's."""
        own = self.reference.get(name)
        return own.participation if own else max((r.participation for r in self.reference.values()), default=math.inf)


def not_finite(case: Case) -> Sign | None:
    """NaN or infinity among the vectors."""
    for name, now in case.readings.items():
        if now.finite < 1:
            return Sign(
                "collapsed",
                f"{_what(name)} is not finite for {1 - now.finite:.0%} of the samples",
                "lower the learning rate, train in --precision 32, and look for extreme values in the data",
                {f"{name}/finite": now.finite},
            )
    return None


def constant(case: Case) -> Sign | None:
    """Complete collapse: every sample says the same."""
    return _worst([_constant(case, name, now) for name, now in case.readings.items()])


def _constant(case: Case, name: str, now: Reading) -> Sign | None:
    kind, before = _kind(name), case.untrained(name)
    if before is not None and before.distinct <= 1:
        return None  # the samples themselves are all the same
    first = case.reference.get(name)
    share = now.freedom / before.freedom if before is not None and before.freedom > 0 else 1.0
    collapsed, collapsing = FREEDOM[kind]
    gone, going = CONSTANT[kind] if first is None else (0.0, 0.0)
    past = [r.freedom for r in [*case.past(name)[-2:], now]]
    steep = kind == "relation" and len(past) == 3 and all(b < FALLING[0] * a for a, b in pairwise(past))
    falling = steep and share < FALLING[1]
    status: Status = "collapsed" if share < collapsed or now.freedom <= gone or now.variation == 0 else "collapsing"
    if status == "collapsing" and share >= collapsing and now.freedom > going and not falling:
        return None
    was = "" if before is None else f", {before.cosine:.4f} before"
    verb = "is nearly the same" if status == "collapsed" else "grows more and more alike"
    evidence = {f"{name}/cosine": now.cosine, f"{name}/variation": now.variation}
    if before is not None:
        evidence[f"{name}/cosine untrained"] = before.cosine
    return Sign(
        status,
        f"{_what(name)} {verb} for all samples (mean cosine between different samples {now.cosine:.4f}{was})",
        "what keeps samples apart is missing or too weak: negatives, a stop-gradient with a predictor or a slow "
        "teacher, a variance term, or batch normalisation in the heads; where it came early, lower the learning rate",
        evidence,
    )


def indifferent(case: Case) -> Sign | None:
    """Losses that neither fall nor differ between batches: they do not tell samples apart (temperature too high)."""
    few = any(_few(case, n, r, 3.0) for n, r in case.readings.items() if _kind(n) == "relation")
    for loss in sorted({name for line in case.losses for name in line}):
        values = [line[loss] for line in case.losses if math.isfinite(line.get(loss, math.nan))]
        mean = sum(map(abs, values)) / max(1, len(values))
        if len(values) < 3 or mean < 1e-9:
            continue
        spread = (max(values) - min(values)) / mean
        if spread < FLAT or (few and spread < ALMOST_FLAT):
            status: Status = "collapsed" if few and spread < FLAT else "collapsing"
            return Sign(
                status,
                f"the losses do not discriminate: {loss} stayed within {spread:.2%} of {values[-1]:.4g}, whatever the "
                "batch",
                "lower the temperature (0.05 to 0.5 is usual), or raise the learning rate if it is tiny",
                {f"losses/{loss}/range": spread},
            )
    return None


def few_directions(case: Case) -> Sign | None:
    """Dimensional collapse: samples differ, but in hardly any direction."""
    return _worst([_few_directions(case, name, now) for name, now in case.readings.items()])


def _few_directions(case: Case, name: str, now: Reading) -> Sign | None:
    before = case.untrained(name)
    bound = min(now.dim, before.distinct if before is not None else now.distinct)
    status: Status
    if _kind(name) == "relation":
        one, rising = min(ONE_DIRECTION, 0.17 * bound), case.rising(name, now)
        if now.participation <= one and case.untrained_participation(name) >= 2:
            past = case.past(name)
            status = "collapsing" if rising or (past and past[-1].participation > one) else "collapsed"
        elif _few(case, name, now, FEW_DIRECTIONS[case.losing(name, now)]) and not rising:
            status = "collapsing"
        else:
            return None
        count, was = now.participation, before.participation if before is not None else None
    else:
        share = now.directions / before.directions if before is not None and before.directions > 0 else 1.0
        alone = before is None and bound >= 8 and now.directions < 1.2
        if share >= LOST_DIRECTIONS[1] and not alone:
            return None
        status = "collapsed" if share < LOST_DIRECTIONS[0] or alone else "collapsing"
        count, was = now.directions, before.directions if before is not None else None
    evidence = {f"{name}/participation": now.participation, f"{name}/directions": now.directions}
    if before is not None:
        evidence |= {
            f"{name}/participation untrained": before.participation,
            f"{name}/directions untrained": before.directions,
        }
    then = "" if was is None else f", {was:.1f} before"
    return Sign(
        status,
        f"{_what(name)} tells samples apart in only {count:.1f} of {bound} directions{then}",
        "weigh redundancy reduction (covariance, off-diagonal) more, check the stop-gradient and the predictor, or "
        "lower the temperature so that near samples are pushed apart too",
        evidence,
    )


def _few(case: Case, name: str, now: Reading, most: float) -> bool:
    """Whether the looks agree and yet samples differ in no more than `most` directions, or half of what there was."""
    before = case.untrained(name)
    bound = min(now.dim, before.distinct if before is not None else now.distinct)
    limit = min(most, 0.125 * bound, 0.5 * case.untrained_participation(name))
    return now.alignment is not None and now.alignment < AGREEING and now.participation <= limit


def dead(case: Case) -> Sign | None:
    """Dimensions that no sample moves any more."""
    for name, now in case.readings.items():
        before = case.untrained(name)
        killed = now.dead - (before.dead if before is not None else 0.0)
        if killed >= DEAD:
            return Sign(
                "collapsing",
                f"{now.dead:.0%} of the dimensions of {_what(name)} are dead: no sample moves them",
                "lower the learning rate or the weight decay, or normalise before the last activation",
                {f"{name}/dead": now.dead, f"{name}/dead untrained": now.dead - killed},
            )
    return None


def _kind(name: str) -> Literal["embedding", "relation"]:
    return "embedding" if name.startswith("embedding") else "relation"


def _what(name: str) -> str:
    kind, _, rest = name.partition("/")
    return f"the embedding of {rest}" if kind == "embedding" else f"what the loss compares ({rest})"


def _worst(signs: Sequence[Sign | None]) -> Sign | None:
    found = [s for s in signs if s is not None]
    return max(found, key=lambda s: s.status == "collapsed", default=None)
