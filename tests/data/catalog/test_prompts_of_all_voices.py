"""Prompts by all six voices, where they are fetched."""

import pytest

from coview.data import catalog
from coview.data.catalog.prompts import VOICES
from coview.data.catalog.store.stock import Stock
from coview.errors import UserError
from tests.data.catalog.real import real


def test_all_six_voices():
    source = real("prompts")
    column = source.columns["speech"]
    assert column.views == VOICES
    assert [sum(row[i] is not None for row in column.items) for i in range(6)] == [553, 512, 546, 584, 560, 540]
    assert len(catalog.source("prompts", least=6)) == 476
    assert source.skipped == [("ru is", "an empty recording")]


def test_what_claims_are_of_is_the_whole(monkeypatch: pytest.MonkeyPatch):
    real("prompts", "en", "it")
    monkeypatch.setattr(Stock, "parts", lambda *_: ("en", "it"))
    with pytest.raises(UserError, match="all parts of prompts are needed, and es, fr, ru, menardi not fetched yet"):
        catalog.whole("prompts")
