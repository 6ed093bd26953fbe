"""A checkpoint is whole or absent, whatever interrupts its writing."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from coview.engine import checkpoint, log, trainer
from coview.engine.config import load_config
from coview.engine.fit import fit_data
from coview.engine.run import load
from coview.errors import UserError
from tests.engine.test_pretrained import data_for, trained


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    state = {"optimizers": [{"state": {0: {"step": torch.tensor(3.0)}}, "lr": 0.1}], "nested": [1, "two", None]}
    path = checkpoint.save(tmp_path, 7, model, state)
    other = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    step, read = checkpoint.load(path, other)
    assert step == 7
    assert read["nested"] == [1, "two", None]
    assert torch.equal(read["optimizers"][0]["state"][0]["step"], torch.tensor(3.0))
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), other.state_dict().values(), strict=True))


def test_only_the_newest_two_stay(tmp_path: Path) -> None:
    for step in range(4):
        checkpoint.save(tmp_path, step, nn.Linear(1, 1), {})
    assert [p.name for p in checkpoint.checkpoints(tmp_path)] == ["step-00000002", "step-00000003"]


def test_a_run_without_a_whole_checkpoint_has_no_newest(tmp_path: Path) -> None:
    assert checkpoint.newest(tmp_path) is None
    (tmp_path / checkpoint.FOLDER / "step-00000009").mkdir(parents=True)
    assert checkpoint.newest(tmp_path) is None
    for step in (2, 3):
        checkpoint.save(tmp_path / checkpoint.FOLDER, step, nn.Linear(2, 2), {})
    assert checkpoint.newest(tmp_path) == tmp_path / checkpoint.FOLDER / "step-00000003"


def test_a_full_disk_keeps_the_old_checkpoint_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save(tmp_path, 1, nn.Linear(2, 2), {})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match=r"step 2 could not be written .*No space left"):
        checkpoint.save(tmp_path, 2, nn.Linear(2, 2), {})
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]


def test_kill_during_a_write_leaves_the_previous_one(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from torch import nn
        from coview.engine import checkpoint
        checkpoint.save(Path({str(tmp_path)!r}), 1, nn.Linear(2, 2), {{}})
        print("first", flush=True)
        step = 2
        big = nn.Linear(3000, 3000)
        while True:
            checkpoint.save(Path({str(tmp_path)!r}), step, big, {{}})
            step += 1
    """)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    deadline = time.monotonic() + 30
    while not any(p.name.startswith(".draft") for p in tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.001)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    newest = checkpoint.latest(tmp_path)
    step = int(newest.name.removeprefix("step-"))
    model = nn.Linear(2, 2) if step == 1 else nn.Linear(3000, 3000)
    assert checkpoint.load(newest, model)[0] == step


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path, 1, nn.Linear(2, 2), {})
    (path / "model.safetensors").write_bytes(b"short")
    with pytest.raises(UserError, match="cannot be read"):
        checkpoint.load(path, nn.Linear(2, 2))


@pytest.mark.parametrize("others", [[], [3]])
def test_a_step_that_is_saved_again_is_there_at_every_moment(
    others: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where `checkpoint_every` divides the last step, and where a finished run is resumed."""
    model, looks = nn.Linear(2, 2), []
    for step in [*others, 7]:
        checkpoint.save(tmp_path, step, model, {"seconds": 1})

    def watched(name: str) -> None:
        real = getattr(os, name)

        def watching(*args: object, **options: object) -> object:
            looks.append(checkpoint.load(checkpoint.latest(tmp_path), nn.Linear(2, 2)))
            return real(*args, **options)

        monkeypatch.setattr(os, name, watching)

    for name in ("rename", "replace", "unlink", "rmdir"):
        watched(name)
    checkpoint.save(tmp_path, 7, model, {"seconds": 2})
    assert {step for step, _ in looks} == {7}
    assert {state["seconds"] for _, state in looks} == {1, 2}
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir() if p.name > "step-00000003"] == ["step-00000007"]
    assert checkpoint.load(checkpoint.latest(tmp_path), model)[1]["seconds"] == 2


def test_one_set_aside_by_a_killed_run_is_read_until_its_step_is_saved_anew(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        path = checkpoint.save(tmp_path, step, nn.Linear(2, 2), {})
    path.rename(path.with_suffix(".old"))
    assert checkpoint.load(checkpoint.latest(tmp_path), nn.Linear(2, 2))[0] == 3
    checkpoint.save(tmp_path, 3, nn.Linear(2, 2), {})
    assert [p.name for p in checkpoint.checkpoints(tmp_path)] == ["step-00000002", "step-00000003"]


def test_what_killed_runs_left_half_written_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".draft-17-2").mkdir()
    (tmp_path / ".draft-17-2" / "model.safetensors").write_bytes(b"half")
    checkpoint.save(tmp_path, 3, nn.Linear(2, 2), {})
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000003"]


def test_a_run_whose_last_step_was_saved_already_says_that_it_is_complete(tmp_path: Path) -> None:
    out = trained(tmp_path / "run", checkpoint_every=2)
    run = load(out)
    assert (run.steps, run.complete) == (2, True)
    assert [p.name for p in (out / "checkpoints").iterdir()] == ["step-00000002"]


def test_where_no_steps_are_asked_for_checkpoints_come_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    real = checkpoint.save

    def noted(folder: Path, step: int, *rest: Any) -> Path:
        saved.append(step)
        return real(folder, step, *rest)

    monkeypatch.setattr(checkpoint, "save", noted)
    trained(tmp_path / "short", steps=3)
    assert saved == [3]
    monkeypatch.setattr(trainer, "CHECKPOINT_SECONDS", 0.0)
    trained(tmp_path / "long", steps=3)
    assert saved == [3, 1, 2, 3, 3]


def test_a_run_killed_before_its_first_checkpoint_begins_anew(tmp_path: Path) -> None:
    out, whole = trained(tmp_path / "run"), trained(tmp_path / "whole")
    shutil.rmtree(out / "checkpoints")
    (out / "metrics.jsonl").write_text('{"step": 1, "loss": 7.0}\n{"step": 2, "lo')
    config = replace(load_config(out / "config.yaml"), out=str(out))
    data = data_for()
    again = fit_data(config, data, {"train": torch.arange(9)}, resume=True)
    assert (again.steps, [line["step"] for line in again.metrics]) == (2, [1, 2])
    assert [line["step"] for line in log.read_lines(out)] == [1, 2]
    for a, b in zip(load(out).method.parameters(), load(whole).method.parameters(), strict=True):
        assert torch.equal(a, b)
