from __future__ import annotations

import pytest

from coview.engine.config import FitConfig
from coview.errors import UserError
from coview.use.budget import budget_words, check_budget


def test_words() -> None:
    assert budget_words(FitConfig("simclr")) == "2 minutes"
    assert budget_words(FitConfig("simclr", epochs=1)) == "1 epoch"
    assert budget_words(FitConfig("simclr", steps=1500)) == "1,500 steps"


@pytest.mark.parametrize("budget", [{"steps": 0}, {"minutes": -1.0}, {"steps": 5, "epochs": 1.0}])
def test_one_budget_above_zero(budget: dict) -> None:
    with pytest.raises(UserError):
        check_budget(FitConfig("simclr", **budget))
