from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from coview.cli import available, main


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    heavy = ("torch", "timm", "lightning_fabric", "sklearn", "jsonargparse", "matplotlib")
    script = (
        "import sys\n"
        "from coview.cli import main; status = main(['--help'])\n"
        f"print(status, [m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    after = os.times()
    assert done.stderr.strip() == "0 []"
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    assert spent < 1.0  # processor time: a busy machine changes nothing


def test_help_names_every_verb_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {verb} " in shown for verb in available())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["fti"], "'fit'"),
        (["fit", "simcrl"], "'simclr'"),
        (["fit", "simclr", "--temprature", "0.1"], "--temperature"),
        (["fit", "simclr", "--data", "digit"], "'digits'"),
        (["evaluate", "no-such-run"], "no-such-run"),
        (["fit", "simclr"], "--data"),
        (["fit"], "method"),
        (["fit", "simclr", "--data", "digits", "--steps", "some"], "whole number"),
        (["fit", "simclr", "--views", "natral"], "natural"),
        (["fit", "simclr", "--data", "digits", "--steps", "0"], "above zero"),
        (["fit", "simclr", "--data", "digits", "--steps", "-3"], "above zero"),
        (["fit", "simclr", "--data", "digits", "--lr", "-1"], "--lr must be above zero"),
        (["fit", "simclr", "--data", "digits", "--batch-size", "-8"], "at least 0"),
        (["fit", "simclr", "--data", "digits", "--warmup", "2"], "between 0 and 1"),
        (["fit", "simclr", "--data", "digits", "--threads", "0"], "at least 1"),
        (["fit", "simclr", "--data", "digits", "--optimizer", "adam"], "adamw"),
        (["fit", "simclr", "--data", "digits", "--balance", "mgd"], "mgda"),
        (["fit", "simclr", "--data", "digits", "--device", "tpu"], "cuda"),
        (["fit", "simclr", "--data", "digits", "--encoder", "conf"], "'conv'"),
        (["fit", "simclr", "--data", "digits", "--encoder-options", "dims=3"], "dim"),
        (["fit", "simclr", "--data", "digits", "--slots", "imag"], "'image'"),
        (["fit", "simclr", "--data", "digits", "--encoder", "run:nowhere"], "there is no run at nowhere"),
        (["fit", "simclr", "--data", "digits", "--frozen"], "run:DIR"),
        (["fit", "simclr", "--data", "digits", "--minutes", "1", "--steps", "3"], "one budget"),
        (["fit", "simclr", "--data", "digits", "--out", "file.txt"], "is a file"),
        (["fit", "simclr", "--data", "digits", "--out", "file.txt/run"], "cannot be written"),
        (["fit", "--config", "words.yaml"], "--batch-size takes a whole number; 'many' was given"),
        (["fit", "--config", "broken.yaml"], "not readable YAML"),
        (["data", "show", "digits", "--out", "views.foo"], ".png"),
        (["data", "show", "digits", "--out", "nowhere/views.png"], "no folder nowhere"),
        (["fit", "simclr", "--data", "digits", "--modality", "image.size=abc"], "whole number"),
        (["finetune", "no-such-run"], "no-such-run"),
        (["predict", "no-such-run", "--out", "p.txt"], ".parquet"),
        (["compare", "simclr", "vicreg", "--data", "digits", "--equal", "work"], "flops"),
        (["data", "get"], "name"),
        (["data", "get", "emojis"], "'emoji'"),
        (["compare", "simclr", "--data", "digits"], "two"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_what_would_be_right(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str], inside: Path
) -> None:
    (inside / "file.txt").write_text("")
    (inside / "words.yaml").write_text("method: simclr\ndata: digits\nbatch_size: many\n")
    (inside / "broken.yaml").write_text("{")
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("coview: ")
    assert said.count("\n") == 1
    assert meant in said


def test_a_methods_help_has_its_own_options_with_their_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "simclr", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--temperature" in shown
    assert "in units of cosine similarity (default: 0.2)" in shown
    assert "--batch-size" in shown


def test_every_verbs_help_answers(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in available():
        assert main([verb, "--help"]) == 0
        assert f"usage: coview {verb}" in capsys.readouterr().out


def test_a_table_is_shown_by_the_columns_named_and_warnings_are_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, sheet = tmp_path / "t.csv", str(tmp_path / "views.png")
    table.write_text("a,b,c\n" + "".join(f"{n / 2},3,{n % 7}\n" for n in range(30)))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(["data", "show", str(table), "--columns", "row:table=a,b", "--out", sheet]) == 0
    shown = capsys.readouterr()
    assert "slot row: table" in shown.out
    assert shown.err == "coview: columns left out, for they are always the same: b\n"
