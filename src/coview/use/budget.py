"""A run's budget in words."""

from __future__ import annotations

from coview.engine.config import FitConfig
from coview.engine.schedule import Budget

NAMES = ("minutes", "epochs", "steps")


def check_budget(config: FitConfig) -> None:
    """Raises UserError where there is not exactly one budget above zero."""
    Budget(config.steps, config.epochs, config.minutes)


def budget_words(config: FitConfig) -> str:
    """`2 minutes`, `100 steps`, `1 epoch`."""
    name = next(n for n in NAMES if getattr(config, n) is not None)
    value = getattr(config, name)
    return f"{value:,g} {name[:-1] if value == 1 else name}"
