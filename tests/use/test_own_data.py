"""A run's own data is known by name or place, and read as the run read it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import coview
from coview.engine.config import FitConfig
from coview.errors import UserError
from coview.use.evaluation import prepare_again
from coview.use.train import is_own

SMALL: dict[str, Any] = {"steps": 2, "batch_size": 16, "encoder_options": {"dim": 16}, "threads": 1}


def people() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    who = np.repeat([f"person {i}" for i in range(40)], 3)
    numbers = {f"x{i}": rng.normal(size=120) for i in range(4)}
    return pd.DataFrame({**numbers, "who": who, "kind": np.where(rng.random(120) < 0.5, "a", "b")})


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "people.csv"
    people().to_csv(path, index=False)
    return path


@pytest.fixture
def run(table: Path, tmp_path: Path) -> coview.Run:
    return coview.fit("simclr", table, out=str(tmp_path / "run"), group="who", label=["kind"], **SMALL)


def held_out(ready: Any) -> set[str]:
    return {ready.data.names[i] for i in ready.rows["valid"].tolist()}


@pytest.mark.parametrize("place", [str, Path, lambda path: os.path.relpath(path)])
def test_groups_stay_together_however_the_runs_own_data_is_said(table: Path, run: coview.Run, place: Any) -> None:
    assert held_out(prepare_again(run, place(table))) == held_out(prepare_again(run))


@pytest.mark.parametrize("place", [str, Path])
def test_groups_that_would_hold_out_what_was_learnt_are_refused(table: Path, run: coview.Run, place: Any) -> None:
    with pytest.raises(UserError, match="this run was trained on"):
        coview.evaluate(run, place(table), group="kind")


def test_scores_on_its_own_data_are_kept_however_it_is_said(table: Path, run: coview.Run, tmp_path: Path) -> None:
    other = tmp_path / "others.csv"
    people().to_csv(other, index=False)
    coview.evaluate(run, other, labels=["kind"])
    assert run.folder is not None
    assert not (run.folder / "scores.json").exists()
    coview.evaluate(run, table)
    assert (run.folder / "scores.json").exists()


def test_data_in_memory_is_scored_and_finetuned_with_its_groups_together() -> None:
    frame = people()
    run = coview.fit("simclr", frame, group="who", label=["kind"], **SMALL)
    ready = prepare_again(run, frame)
    whose = frame["who"].to_numpy()
    train, valid = ({whose[i] for i in ready.rows[part].tolist()} for part in ("train", "valid"))
    assert valid
    assert not train & valid
    assert "linear/table/kind" in coview.evaluate(run, frame).values
    assert coview.finetune(run, frame, label="kind", **SMALL).scores
    with pytest.raises(UserError, match="in memory; say with data="):
        coview.evaluate(run)


def test_arrays_in_memory_are_scored() -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (40, 8, 8, 3)).astype(np.uint8)
    run = coview.fit("simclr", {"image": pictures}, **SMALL)
    coview.evaluate(run, {"image": pictures})
    coview.evaluate(run, pictures)


@pytest.mark.parametrize(
    ("told", "given", "own"),
    [
        ("digits", "digits", True),
        ("digits", "emoji", False),
        ("digits", None, True),
        ("", None, True),
        ("", [1, 2], False),
        ("digits", [1, 2], False),
        ("", "digits", False),
        (".", os.getcwd(), True),
    ],
)
def test_what_is_known_to_be_a_runs_own(told: str, given: Any, own: bool) -> None:
    assert is_own(FitConfig("simclr", data=told), given) is own


def test_a_resumed_run_is_asked_for_as_it_was(table: Path, run: coview.Run) -> None:
    out = str(run.folder)
    with pytest.raises(UserError, match=r"--lr cannot be 0\.5 now"):
        coview.fit("simclr", None, out=out, resume=True, lr=0.5)
    with pytest.raises(UserError, match="is a run of simclr"):
        coview.fit("vicreg", None, out=out, resume=True)
    with pytest.raises(UserError, match="needs --out"):
        coview.fit("simclr", None, resume=True)
    assert coview.fit("simclr", None, out=out, resume=True).steps == 2


def test_protocols_that_are_scored_later_stand_beside_those_before(table: Path, run: coview.Run) -> None:
    coview.evaluate(run, table, protocols=["knn"])
    coview.evaluate(run, table, protocols=["linear"])
    assert run.folder is not None
    kept = json.loads((run.folder / "scores.json").read_text())
    assert kept.keys() == {"knn/table/kind", "linear/table/kind", "protocol"}
    assert kept["protocol"].keys() == {"knn/table/kind", "linear/table/kind"}
