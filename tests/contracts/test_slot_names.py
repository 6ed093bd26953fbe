"""A slot may have any name: what methods call things of their own never takes the place of a slot's."""

from __future__ import annotations

import typing
from functools import cache

import numpy as np
import pytest
import torch

from coview.batch import Batch, Features
from coview.errors import UserError
from coview.methods.base import Method
from coview.methods.registry import build_method, method_class, method_modules
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from tests.contracts.cases import ITEMS, SMALL, modality

OFTEN = ["joint", "latent", "fused", "pair", "looks", "item", "present", "type", "forward", "a.b", "50 %"]
JOINING = [
    name
    for name in method_modules()
    if dict[str, Encoder] in typing.get_type_hints(method_class(name).__init__).values()
]


def samples(slots: list[str]) -> Batch:
    rng, kind = np.random.default_rng(2), modality("table")
    stored = {
        slot: kind.collate([[kind.read(ITEMS["table"](rng)) for _ in range(2)] for _ in range(6)]) for slot in slots
    }
    ids = torch.arange(6)
    return Batch(stored, ids, ids, dict.fromkeys(slots, ids // 2))


def made(method: str, slots: list[str]) -> Method:
    torch.manual_seed(0)
    return build_method(method, {slot: modality("table") for slot in slots}, encoder_options=SMALL)


def names_used(method: str, slots: list[str]) -> dict[str, list[str]]:
    """What a step and an embedding call things, by where."""
    built, batch = made(method, slots), samples(slots)
    draw = Draw(5, 3, batch.key)
    views = built.views(batch, draw)
    views.key = batch.key
    reps = built.represent(views)
    found = built.relate(Features(reps.features, batch.key, draw))
    assert found.losses or reps.losses
    every = {"views": views, "carry": views.carry, "features": reps.features, "kept": found.kept, "seen": found.seen}
    return {where: list(names) for where, names in every.items()} | {"spaces": list(built.eval().embed(batch))}


@cache
def plainly(method: str) -> dict[str, list[str]]:
    return names_used(method, ["one", "two"])


@pytest.mark.parametrize("method", JOINING)
def test_slots_of_any_name_are_told_from_what_is_the_methods_own(method: str) -> None:
    plain = plainly(method)
    own = {name for names in plain.values() for name in names if "one" not in name and "two" not in name}
    for name in sorted(own | set(OFTEN)):
        for slots in ([name, "other"], ["other", name]):
            if name in method_class(method).spaces:
                with pytest.raises(UserError, match=f"{method} embeds its slots in a space called {name}"):
                    made(method, slots)
            else:
                counts = {where: len(names) for where, names in names_used(method, slots).items()}
                assert counts == {where: len(names) for where, names in plain.items()}, slots


@pytest.mark.parametrize("method", JOINING)
def test_spaces_beside_the_slots_own_are_declared(method: str) -> None:
    assert set(plainly(method)["spaces"]) <= {"one", "two", *method_class(method).spaces}


def test_a_slot_named_as_a_part_of_another_is_refused() -> None:
    with pytest.raises(UserError, match="scan/present"):
        made("clip", ["scan", "scan/present"])
