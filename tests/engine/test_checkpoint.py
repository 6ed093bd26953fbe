"""A checkpoint is whole or absent, whatever interrupts its writing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from coview.engine import checkpoint
from coview.errors import UserError


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
