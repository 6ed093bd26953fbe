"""Budgets and learning rates."""

from __future__ import annotations

import pytest

from coview.engine.schedule import Budget, Schedule, rate
from coview.errors import UserError


def test_the_rate_rises_peaks_and_falls() -> None:
    at = [rate(p, warmup=0.1, schedule=Schedule.COSINE) for p in (0.05, 0.1, 0.55, 1.0)]
    assert at == pytest.approx([0.5, 1.0, 0.5, 0.0])


def test_a_constant_rate_stays() -> None:
    assert rate(0.9, warmup=0.1, schedule=Schedule.CONSTANT) == 1.0


def test_epochs_are_counted_in_steps() -> None:
    budget = Budget(epochs=2, steps_per_epoch=7)
    assert budget.progress(13) < 1
    assert budget.progress(14) == 1


@pytest.mark.parametrize("given", [{}, {"steps": 3, "minutes": 1.0}, {"steps": 0}])
def test_a_budget_is_one_and_above_zero(given: dict[str, float]) -> None:
    with pytest.raises(UserError, match="--"):
        Budget(**given)  # type: ignore[arg-type]
