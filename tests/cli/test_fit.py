from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from coview.cli import main
from tests.cli.conftest import SMALL


def test_a_run_has_everything_that_is_promised(run: Path) -> None:
    assert {"config.yaml", "metrics.jsonl", "verdict.json", "scores.json", "report.html", "checkpoints"} <= {
        p.name for p in run.iterdir()
    }
    scores = json.loads((run / "scores.json").read_text())
    knn = next(v for k, v in scores.items() if k.startswith("knn/"))
    assert set(knn["accuracy"]) >= {"run", "raw", "random"}


def test_the_report_stands_alone_and_tells_the_verdict(run: Path) -> None:
    page = (run / "report.html").read_text()
    verdict = json.loads((run / "verdict.json").read_text())
    assert verdict["status"] in page
    assert "data:image/png;base64" in page
    assert not any(f'{what}="http' in page for what in ("src", "href"))
    assert "<script" not in page


def test_more_is_skipped_than_is_told_and_the_whole_list_is_named(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "data", tmp_path / "run"
    shutil.copytree(pictures, data)
    for i in range(7):
        (data / f"broken{i}.png").write_bytes(b"no picture")
    assert main(["fit", "simclr", "--data", str(data), "--steps", "1", "--out", str(out), "--no-evaluate", *SMALL]) == 0
    assert f"all that was skipped, with reasons: {out / 'skipped.csv'}" in capsys.readouterr().out
    name, *rows = (out / "skipped.csv").read_text().splitlines()
    assert name == "name,reason"
    assert [row.partition(",")[0] for row in rows] == [f"broken{i}" for i in range(7)]


def test_an_existing_run_is_refused(run: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "simclr", "--data", str(pictures), "--steps", "2", "--out", str(run)]) == 2
    assert "--resume" in capsys.readouterr().err


def test_resume_takes_no_other_options(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "simclr", "--resume", "--out", str(run), "--lr", "1"]) == 2
    assert "--lr cannot be 1.0 now, it has none" in capsys.readouterr().err
    assert main(["fit", "simclr", "--resume", "--out", str(run), "--batch-size", "99"]) == 2
    assert "--batch-size cannot be 99 now, it has 16" in capsys.readouterr().err


def test_resume_takes_the_words_that_the_run_was_asked_for_with(run: Path, pictures: Path) -> None:
    asked = ["--data", str(pictures), "--steps", "6", "--out", str(run), "--dim", "8", "--encoder", "conv", *SMALL]
    assert main(["fit", "simclr", *asked, "--resume", "--no-evaluate"]) in (0, 3)


def test_a_configuration_without_a_method_gives_options_to_the_one_that_is_named(
    pictures: Path, inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, status, told in (("batch_size: 8", 0, "60 samples"), ("stepz: 3", 2, "option 'stepz'")):
        Path("own.yaml").write_text(words + "\n")
        asked = ["fit", "simclr", "--config", "own.yaml", "--data", str(pictures), "--dry-run"]
        assert main(asked) == status
        assert told in "".join(capsys.readouterr())


def test_samples_that_have_one_slot_each_are_refused_before_training(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np
    import soundfile
    from PIL import Image

    Path("apart").mkdir()
    for i in range(12):
        Image.fromarray(np.full((8, 8, 3), 20 * i, np.uint8)).save(f"apart/a{i}.png")
        soundfile.write(f"apart/b{i}.wav", np.random.default_rng(i).normal(size=1600) / 9, 16_000)
    assert main(["fit", "clip", "--data", "apart", "--dry-run"]) == 2
    assert "files of one sample share their name" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "reason"), [(["--config", "x.yaml"], "leave out --config"), (["--dry-run"], "leave out")]
)
def test_resume_takes_no_configuration_and_runs_not_dry(
    run: Path, capsys: pytest.CaptureFixture[str], more: list[str], reason: str
) -> None:
    assert main(["fit", "simclr", "--resume", "--out", str(run), *more]) == 2
    assert reason in capsys.readouterr().err


def test_resume_of_a_run_of_another_method_is_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "vicreg", "--resume", "--out", str(run)]) == 2
    assert "is a run of simclr" in capsys.readouterr().err


def test_a_run_refused_at_its_first_step_leaves_its_name_free(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "again"
    asked = ["fit", "simclr", "--data", str(pictures), "--steps", "1", "--out", str(out), *SMALL]
    assert main([*asked, "--temperature", "-1"]) == 2
    assert "above 0" in capsys.readouterr().err
    assert not out.exists()


def test_resume_goes_on_where_the_run_stopped(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "simclr", "--resume", "--out", str(run), "--no-evaluate"]) in (0, 3)
    assert "6 steps" in capsys.readouterr().out


def test_an_interrupted_run_says_how_to_go_on_and_a_whole_one_does_not(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from coview.engine.trainer import Trainer

    words = ["fit", "simclr", "--data", str(pictures), "--steps", "4", "--no-evaluate", *SMALL]
    assert main([*words, "--out", str(tmp_path / "whole")]) in (0, 3)
    assert "goes on" not in capsys.readouterr().out

    advance = Trainer.advance

    def interrupted(trainer: Trainer) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGINT)
        return advance(trainer)

    monkeypatch.setattr(Trainer, "advance", interrupted)
    assert main([*words, "--out", str(tmp_path / "part")]) in (3, 130)
    assert f"coview fit simclr --resume --out {tmp_path / 'part'} goes on" in capsys.readouterr().out.replace("\n", "")


def test_a_dry_run_says_what_was_understood_and_draws_views(
    pictures: Path, inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    assert main(["fit", "simclr", "--data", str(pictures), "--dry-run", *SMALL]) == 0
    said = capsys.readouterr().out
    assert "60 samples" in said
    assert "image" in said
    with Image.open(f"{pictures.stem}-views.png") as sheet:
        assert min(sheet.size) > 200
    assert not Path("runs").exists()


def test_a_dry_run_tells_the_roles_of_slots(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "avol-net", "--data", "emoji", "--slots", "name", "drawing", "--dry-run", *SMALL]) == 0
    said = capsys.readouterr().out
    assert "drawing is what is looked at" in said
    assert "name is what is said of it" in said


def test_a_collapsed_run_exits_with_3(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coview.engine.monitor import Monitor
    from coview.health.verdict import Verdict

    monkeypatch.setattr(Monitor, "verdict", lambda self, skipped: Verdict("collapsed", "all is one", "a remedy"))
    asked = ["fit", "simclr", "--data", str(pictures), "--steps", "1", "--out", str(tmp_path / "r"), *SMALL]
    assert main([*asked, "--no-evaluate"]) == 3


def test_runs_are_numbered_where_nobody_names_them(tmp_path: Path) -> None:
    from coview.use.folders import free_folder

    assert free_folder("simclr", "emoji", tmp_path).name == "simclr-emoji"
    (tmp_path / "simclr-emoji").mkdir()
    assert free_folder("simclr", "emoji", tmp_path).name == "simclr-emoji-2"
    assert free_folder("my.py:Own", "../a b/photos", tmp_path).name == "own-photos"


@pytest.mark.parametrize(("kinds", "told"), [(1, False), (2, True)])
def test_what_needs_classes_is_advised_where_there_are_some(
    kinds: int, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"a sentence on what is number {i},{'ab'[i % kinds]}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("text,sort\n" + rows)
    asked = ["fit", "simclr", "--data", str(tmp_path / "t.csv"), "--label", "sort", "--steps", "1", *SMALL]
    assert main([*asked, "--out", str(tmp_path / "run")]) in (0, 3)
    said = capsys.readouterr().out
    assert ("--supervised" in said) is told
    assert ("nothing to score here: label sort has one class only" in said) is not told
