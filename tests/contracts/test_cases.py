"""The matrix that the contract tests walk."""

from __future__ import annotations

from coview.modalities.registry import modality_modules
from tests.contracts.cases import ITEMS


def test_every_modality_has_small_samples() -> None:
    assert set(ITEMS) == set(modality_modules())
