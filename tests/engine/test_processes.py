"""Several processes, as `fit` starts them: one run, the same numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.errors import UserError
from tests.contracts.test_training import data_for


def losses(out: Path, processes: int) -> list[float]:
    config = FitConfig(
        "vicreg", out=str(out), steps=3, batch_size=8, chunk=3, processes=processes, precision="32", device="cpu",
        threads=1, encoder_options={"dim": 32},
    )  # fmt: skip
    run = fit_data(config, data_for("vicreg", "image"), {"train": torch.arange(9), "valid": torch.arange(9, 11)})
    assert run.steps == 3
    assert run.verdict is not None
    return [json.loads(line)["loss"] for line in (out / "metrics.jsonl").read_text().splitlines()]


def test_two_processes_write_the_run_that_one_does(tmp_path: Path) -> None:
    assert losses(tmp_path / "two", 2) == pytest.approx(losses(tmp_path / "one", 1), rel=1e-4)


def test_a_mistake_in_a_started_process_reaches_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="exists already"):
        losses(tmp_path, 2)


def test_processes_need_a_folder_to_meet_in() -> None:
    config = FitConfig("vicreg", steps=3, processes=2)
    with pytest.raises(UserError, match="--out"):
        fit_data(config, data_for("vicreg", "image"), {"train": torch.arange(9)})
