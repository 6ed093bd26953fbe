"""Modules by slot, whatever the slots are called."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from coview.nn.slot_dict import SlotDict, slot_key

AWKWARD = ["type", "a.b", "b", "keys", "forward", "%74ype", "training", "50 %", "Größe.a", "items", "_modules"]


def test_every_name_finds_its_own_module() -> None:
    made = {slot: nn.Linear(1, 1) for slot in AWKWARD}
    held = SlotDict(made)
    assert list(held) == list(held.keys()) == AWKWARD
    assert len(held) == len(AWKWARD)
    assert all(held[slot] is module and slot in held for slot, module in made.items())
    assert dict(held.items()) == made
    assert "a" not in held


def test_ordinary_names_are_those_of_a_plain_module_dict() -> None:
    names = ["photo", "name", "a b", "50 %", "sehr groß"]
    plain = nn.ModuleDict({name: nn.Linear(1, 1) for name in names})
    SlotDict({name: nn.Linear(1, 1) for name in names}).load_state_dict(plain.state_dict())


def test_awkward_names_come_back_from_a_state_dict() -> None:
    held, other = (SlotDict({slot: nn.Linear(1, 1) for slot in AWKWARD}) for _ in range(2))
    other.load_state_dict(held.state_dict())
    for slot in AWKWARD:
        torch.testing.assert_close(other[slot].weight, held[slot].weight)
    assert len(held.state_dict()) == 2 * len(AWKWARD)
    assert list(copy.deepcopy(held)) == AWKWARD


@pytest.mark.parametrize("slot", ["copy", "fromkeys", "a.b"])
def test_a_key_is_made_for_what_holds_it(slot: str) -> None:
    nn.ParameterDict({slot_key(slot, nn.ParameterDict): torch.zeros(1)})
