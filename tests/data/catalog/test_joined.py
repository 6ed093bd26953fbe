"""Real samples that join modalities, or sensors, train with the methods that relate slots."""

from __future__ import annotations

from typing import Any

import pytest

import coview
from tests.data.catalog.real import real

pytestmark = pytest.mark.data

JOINED: dict[str, tuple[list[str], dict[str, Any]]] = {
    "furniture": (["shape", "icon", "name"], {"shape": {"size": 64}, "icon": {"size": 16}}),
    "watch": (["accelerometer", "gyroscope"], {}),
    "emoji": (["drawing", "name"], {"drawing": {"size": 16}}),
}


@pytest.mark.parametrize("method", ["cmc", "clip", "symile"])
@pytest.mark.parametrize("name", sorted(JOINED))
def test_slots_of_one_thing_teach_each_other(name: str, method: str) -> None:
    slots, options = JOINED[name]
    real(name)
    run = coview.fit(method, name, slots=slots, modality=options, encoder_options={"dim": 16}, batch_size=16, steps=2)
    assert run.steps == 2
    assert run.metrics[-1]["loss"] > 0
    assert set(run.method.slot_encoders()) == set(slots)
