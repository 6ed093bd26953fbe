"""A run's log outlives a process that is killed while it writes a line."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from coview.engine import log
from coview.engine.config import load_config
from coview.engine.fit import fit_data
from coview.engine.run import load
from coview.errors import UserError
from tests.engine.test_pretrained import data_for, trained

WHOLE = '{"step": 1, "loss": 2.0}\n{"step": 2, "loss": NaN}\n'


def kept(folder: Path, text: str) -> list[int]:
    (folder / log.LOG).write_text(text)
    return [line["step"] for line in log.read_lines(folder)]


@pytest.mark.parametrize("torn", ['{"step": 3, "lo', "{", '{"step": 3}'[:-1], "\0\0\0\0", '{"step": 3, "lo\n'])
def test_a_last_line_that_is_half_written_is_left_out(torn: str, tmp_path: Path) -> None:
    assert kept(tmp_path, WHOLE + torn) == [1, 2]


def test_a_last_line_that_lacks_its_end_alone_is_read(tmp_path: Path) -> None:
    assert kept(tmp_path, WHOLE + '{"step": 3}') == [1, 2, 3]
    assert kept(tmp_path, "") == []
    assert kept(tmp_path, '{"st') == []


@pytest.mark.parametrize("broken", ['{"step": 1, "lo', "17", '{"loss": 1}', "\udcff"])
def test_a_broken_line_before_others_is_named(broken: str, tmp_path: Path) -> None:
    text = f'{{"step": 1}}\n\n{broken}\n{{"step": 2}}\n'
    (tmp_path / log.LOG).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UserError, match=r"metrics\.jsonl: line 3 is no step of a run"):
        log.read_lines(tmp_path)


def test_what_goes_on_is_written_in_place_of_the_half_line(tmp_path: Path) -> None:
    (tmp_path / log.LOG).write_text(WHOLE + '{"step": 3, "lo')
    log.drop_after(tmp_path, 2)
    log.write_line(tmp_path, {"step": 3})
    assert [line["step"] for line in log.read_lines(tmp_path)] == [1, 2, 3]


def test_a_rewrite_that_fails_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / log.LOG).write_text(WHOLE)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        log.drop_after(tmp_path, 1)
    assert (tmp_path / log.LOG).read_text() == WHOLE


def test_a_run_killed_in_its_log_is_loaded_and_goes_on(tmp_path: Path) -> None:
    out = trained(tmp_path / "run")
    with (out / log.LOG).open("a") as file:
        file.write('{"step": 3, "loss"')
    assert [line["step"] for line in load(out).metrics] == [1, 2]
    again = fit_data(
        replace(load_config(out / "config.yaml"), steps=3), data_for(), {"train": torch.arange(9)}, resume=True
    )
    assert [line["step"] for line in again.metrics] == [1, 2, 3]
    assert (out / log.LOG).read_text().count("\n") == 3
