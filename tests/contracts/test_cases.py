"""The matrix that the contract tests walk."""

from __future__ import annotations

import pytest

from coview.methods.base import Method
from coview.modalities.registry import modality_modules
from tests.contracts.cases import ITEMS, batch, make, matrix


def test_every_modality_has_small_samples() -> None:
    assert set(ITEMS) == set(modality_modules())


@pytest.mark.parametrize(("method", "first"), matrix())
def test_what_a_method_locates_has_a_number_for_each_token_and_no_part_hides_the_contract(
    method: str, first: str
) -> None:
    made, whole = make(method, first), batch(method, first)
    assert not {name for name, _ in made.named_children()} & set(vars(Method))
    for heat in made.maps(whole):
        modality = made.slot_encoders()[heat.slot].modality
        assert heat.values.shape == (len(whole), *modality.grid(modality.prepare(whole[heat.slot])))
        assert heat.values[heat.present].isfinite().any()
