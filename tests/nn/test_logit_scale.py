"""A learned temperature."""

from __future__ import annotations

import pytest

from coview.errors import UserError
from coview.nn.logit_scale import MOST, LogitScale


def test_the_scale_is_one_over_the_temperature_and_is_brought_back_to_the_greatest() -> None:
    scale = LogitScale(0.005)
    assert scale.temperature.item() == pytest.approx(0.005)
    scale.clip_()
    assert scale().item() == pytest.approx(MOST)


def test_a_temperature_of_0_is_refused() -> None:
    with pytest.raises(UserError, match="temperature of 0"):
        LogitScale(0.0)
