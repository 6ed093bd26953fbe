"""How the learning rate moves, and what a run's budget is counted in."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from enum import StrEnum

from coview.errors import UserError


class Schedule(StrEnum):
    """Shape of the learning rate after its warm-up."""

    COSINE = "cosine"
    CONSTANT = "constant"
    LINEAR = "linear"


def rate(progress: float, *, warmup: float, schedule: Schedule) -> float:
    """The learning rate as a share of its peak.

    Args:
        progress: 0 to 1.
        warmup: share of the budget in which the rate rises linearly from (nearly) zero.
        schedule: what it does afterwards.
    """
    if progress < warmup:
        return max(progress / warmup, 1e-3)
    rest = min(1.0, (progress - warmup) / max(1e-9, 1 - warmup))
    match schedule:
        case Schedule.COSINE:
            return (1 + math.cos(math.pi * rest)) / 2
        case Schedule.LINEAR:
            return 1 - rest
        case Schedule.CONSTANT:
            return 1.0


@dataclass
class Budget:
    """When a run ends: after steps, epochs or minutes. One of them is given.

    Args:
        steps, epochs, minutes: the budget.
        steps_per_epoch: of the data, for epochs.
    """

    steps: int | None = None
    epochs: float | None = None
    minutes: float | None = None
    steps_per_epoch: int = 1

    def __post_init__(self) -> None:
        given = {
            n: v
            for n, v in (("steps", self.steps), ("epochs", self.epochs), ("minutes", self.minutes))
            if v is not None
        }
        if len(given) != 1:
            raise UserError(f"give one budget, --minutes, --epochs or --steps; {len(given)} were given")
        if min(given.values()) <= 0:
            raise UserError(f"--{next(iter(given))} must be above zero")
        if self.epochs is not None:
            self.steps = max(1, round(self.epochs * self.steps_per_epoch))
        self.spent = 0.0
        self._since: float | None = None

    def start(self, spent: float = 0.0) -> None:
        """The clock runs from here; `spent` seconds were used before a resume."""
        self.spent, self._since = spent, time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds of training so far, resumed ones included."""
        return self.spent + (0.0 if self._since is None else time.perf_counter() - self._since)

    def pause(self) -> None:
        """Stops the clock (evaluation, checkpoints that the user did not ask to pay for)."""
        self.spent, self._since = self.seconds, None

    def progress(self, step: int) -> float:
        """Share of the budget used, 0 to 1, after `step` steps."""
        if self.steps is not None:
            return min(1.0, step / self.steps)
        assert self.minutes is not None
        return min(1.0, self.seconds / (60 * self.minutes))
