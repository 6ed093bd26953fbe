"""What a sample is a part of reaches the method: recordings, subjects, groups."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Column, Source
from coview.errors import UserError

RECORDINGS = ["a1", "a1", "a2", "b1", "b1"]
SUBJECTS = ["a", "a", "a", "b", "b"]


def made(**told: object) -> Source:
    rng = np.random.default_rng(0)
    items = [[rng.normal(size=(16, 2))] for _ in RECORDINGS]
    names = [f"window {i}" for i in range(len(items))]
    return Source("made here", {"wrist": Column("series", items)}, names, **cast(dict, told))


def same(wholes: torch.Tensor) -> list[list[bool]]:
    return (wholes[:, None] == wholes).tolist()


def test_parts_of_one_whole_have_one_number_in_every_batch() -> None:
    source = made(within={"recording": RECORDINGS, "subject": SUBJECTS})
    data = load(source)
    batch = data.batch(torch.tensor([4, 0, 2, 3]))
    assert same(batch.within["recording"]) == same(torch.tensor([4, 0, 2, 4]))
    assert same(batch.within["subject"]) == same(torch.tensor([1, 0, 0, 1]))
    part = batch.rows(slice(1, 3)).to("cpu")
    assert torch.equal(part.within["subject"], batch.within["subject"][1:3])


def test_numbers_are_those_of_the_names_whichever_samples_are_chosen() -> None:
    source = made(within={"subject": SUBJECTS})
    whole, some = load(source), load(source.rows([3, 1]))
    assert torch.equal(some.within["subject"], whole.within["subject"][[3, 1]])
    assert torch.equal(whole.rows(torch.tensor([3, 1])).within["subject"], some.within["subject"])


def test_groups_are_a_level_where_none_is_named() -> None:
    grouped = load(made(groups=SUBJECTS)).batch(slice(None))
    assert same(grouped.within["group"]) == same(torch.tensor([0, 0, 0, 1, 1]))
    named = load(made(groups=SUBJECTS, within={"recording": RECORDINGS}))
    assert list(named.within) == ["recording"]


def test_a_level_of_another_length_is_refused() -> None:
    with pytest.raises(UserError, match="level 'subject' has 2 entries for 5 samples"):
        load(made(within={"subject": ["a", "b"]}))


def test_the_groups_that_the_user_names_are_a_level_of_that_name(tmp_path: Path) -> None:
    lines = [f"{'ab'[i % 2]},{i % 3},text {i}" for i in range(12)]
    (tmp_path / "rows.csv").write_text("\n".join(["film,mark,told", *lines]) + "\n")
    by_film = load(open_source(tmp_path / "rows.csv", columns=["told:text=told"], group="film"))
    assert same(by_film.within["film"]) == same(torch.tensor([0, 1] * 6))
    assert list(by_film.within) == ["film"]
    named = made(within={"recording": RECORDINGS}, labels={"subject": np.array(SUBJECTS)})
    assert list(load(open_source(named, group="subject")).within) == ["recording", "subject"]
