"""Several processes, as `fit` starts them: one run, the same numbers."""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist

from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.errors import UserError
from tests.contracts.test_training import data_for


class Witness:
    """Notes, as the last thing that a started process does, whether it is still in its group."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, line: dict[str, Any]) -> None:
        pass

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = state
        atexit.register(self.write)

    def write(self) -> None:
        (self.folder / f"process {os.environ['LOCAL_RANK']}").write_text("in" if dist.is_initialized() else "out")


def losses(out: Path, processes: int, tell: Witness | None = None) -> list[float]:
    config = FitConfig(
        "vicreg", out=str(out), steps=3, batch_size=8, chunk=3, processes=processes, precision="32", device="cpu",
        threads=1, encoder_options={"dim": 32},
    )  # fmt: skip
    run = fit_data(
        config, data_for("vicreg", "image"), {"train": torch.arange(9), "valid": torch.arange(9, 11)}, tell=tell
    )
    assert run.steps == 3
    assert run.verdict is not None
    return [json.loads(line)["loss"] for line in (out / "metrics.jsonl").read_text().splitlines()]


def test_two_processes_write_the_run_that_one_does(tmp_path: Path) -> None:
    two = losses(tmp_path / "two", 2, Witness(tmp_path))
    assert two == pytest.approx(losses(tmp_path / "one", 1), rel=1e-4)
    assert {path.name: path.read_text() for path in tmp_path.glob("process*")} == {
        "process 0": "out",
        "process 1": "out",
    }


def test_a_mistake_in_a_started_process_reaches_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="exists already"):
        losses(tmp_path, 2)


def test_processes_need_a_folder_to_meet_in() -> None:
    config = FitConfig("vicreg", steps=3, processes=2)
    with pytest.raises(UserError, match="--out"):
        fit_data(config, data_for("vicreg", "image"), {"train": torch.arange(9)})
