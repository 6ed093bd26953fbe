"""When a claim holds: the rule, fixed before any number was seen."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from statistics import mean, stdev


class Outcome(StrEnum):
    """What became of a claim, or of one of its comparisons."""

    HOLDS = "holds"
    UNDECIDED = "undecided"
    FAILS = "does not hold here"


def judge(differences: Sequence[float], margin: float = 0.0) -> Outcome:
    """One comparison's outcome from its seeds.

    *Holds*: every seed's paired difference has the claimed sign and their mean exceeds their standard deviation (of
    the sample, n - 1). *Does not hold here*: the same the other way. Else *undecided*.

    Args:
        differences: the claimed better arm's score minus the other's, a seed each, higher being better.
        margin: what a claim to match may fall short by, fixed in advance; it is added to every difference.

    Raises:
        ValueError: fewer than two seeds, which have no deviation.
    """
    if len(differences) < 2:
        raise ValueError(f"a claim is judged by two seeds or more, not {len(differences)}")
    shifted = [d + margin for d in differences]
    for outcome, sign in ((Outcome.HOLDS, 1), (Outcome.FAILS, -1)):
        signed = [sign * d for d in shifted]
        if min(signed) > 0 and mean(signed) > stdev(signed):
            return outcome
    return Outcome.UNDECIDED


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """A claim's outcome from those of its comparisons.

    It holds where all of them do, does not hold where one of them does not, and is undecided otherwise.
    """
    if any(o is Outcome.FAILS for o in outcomes):
        return Outcome.FAILS
    return Outcome.HOLDS if outcomes and all(o is Outcome.HOLDS for o in outcomes) else Outcome.UNDECIDED


def mean_ranks(scores: Sequence[Sequence[float]]) -> list[float]:
    """Of each of n arms the share of the other arms that it is ahead of, level ones half, over metrics: `(n,)`.

    Args:
        scores: of each metric, every arm's, higher being better.

    Raises:
        ValueError: fewer than two arms.
    """
    arms = len(scores[0])
    if arms < 2:
        raise ValueError("one arm alone has no rank")
    return [mean(_ahead(of[arm], of) for of in scores) / (arms - 1) for arm in range(arms)]


def _ahead(score: float, scores: Sequence[float]) -> float:
    """How many scores one of them is above, level ones counting half."""
    return sum((score > other) + 0.5 * (score == other) for other in scores) - 0.5  # it is level with itself
