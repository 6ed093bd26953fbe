"""The learning rate of an arm, chosen on the validation part between a lower one and a higher one that score less."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

FURTHER = 3
"""Rates tried beyond those offered, at most."""


def tune(grid: Sequence[float], score: Callable[[float], float | None]) -> tuple[float, dict[float, float | None]]:
    """The rate that scores best: of those offered and, while that is the lowest or the highest, of the next beyond.

    The next is as many times lower or higher as the outermost two that are offered lie apart. Of equal scores the
    lower rate's counts.

    Args:
        grid: rates offered, ascending; a single one is taken as it is.
        score: of a rate, higher being better; None where training diverged.

    Returns:
        The rate, and what each that was tried scored, ascending.

    Raises:
        ValueError: training diverged with every rate.
    """
    if len(grid) == 1:
        return grid[0], {}
    tried = {rate: score(rate) for rate in grid}
    for _ in range(FURTHER):
        rates = sorted(tried)
        best = _best(tried)
        if best == rates[0]:
            beyond = rates[0] * grid[0] / grid[1]
        elif best == rates[-1]:
            beyond = rates[-1] * grid[-1] / grid[-2]
        else:
            break
        beyond = float(f"{beyond:.3g}")
        tried[beyond] = score(beyond)
    return _best(tried), dict(sorted(tried.items()))


def _best(tried: dict[float, float | None]) -> float:
    found = {rate: told for rate, told in sorted(tried.items()) if told is not None and math.isfinite(told)}
    if not found:
        raise ValueError("training diverged with every learning rate")
    return max(found, key=found.__getitem__)
