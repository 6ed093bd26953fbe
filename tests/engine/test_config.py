"""What a run's options resolve to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from coview.engine.config import FitConfig, load_config, save_config
from coview.methods.base import Method
from coview.methods.registry import method_class, method_modules


@pytest.mark.parametrize("name", method_modules())
def test_a_batch_is_what_suits_the_method_where_the_user_does_not_say(name: str) -> None:
    method = method_class(name)
    assert FitConfig(name).batch_size == method.batch_size
    assert method.batch_size == 64 or method.relate is not Method.relate, "no loss needs another sample"


def test_a_batch_that_was_asked_for_is_kept() -> None:
    assert FitConfig("mae", batch_size=300).batch_size == 300


def test_the_resolved_batch_is_saved(tmp_path: Path) -> None:
    save_config(FitConfig("mae"), tmp_path / "config.yaml")
    assert "batch_size: 64" in (tmp_path / "config.yaml").read_text()
    assert load_config(tmp_path / "config.yaml").batch_size == 64


def test_what_is_compared_gets_what_suits_each_method() -> None:
    asked = FitConfig("")
    assert [dataclasses.replace(asked, method=name).batch_size for name in ("simclr", "mae")] == [256, 64]
