import json
import re
import tomllib
from pathlib import Path
from statistics import mean

import pytest

import coview
from coview.errors import UserError
from coview.papers import records
from coview.papers.reproduce import sides
from coview.papers.tuning import tune
from coview.papers.verdict import Outcome, judge, together

KEPT = sorted(p.stem for p in records.folder().glob("*.json"))


def test_what_is_written_is_read(tmp_path):
    record = dict.fromkeys(records.NEEDED, records.FORMAT) | {"key": "slip", "statement": "é"}
    assert records.write(record, tmp_path) == tmp_path / "slip.json"
    assert records.read("slip", tmp_path) == record


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no record"),
        ("{}", "lacks 'format'"),
        ("[]", "lacks"),
        (json.dumps(dict.fromkeys(records.NEEDED, 9)), "a newer coview"),
        (json.dumps(dict.fromkeys(records.NEEDED, 1)), "an older coview.*coview reproduce slip"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path, text, told):
    (tmp_path / "slip.json").write_text(text)
    with pytest.raises(UserError, match=told):
        records.read("slip", tmp_path)


def test_a_claim_that_was_not_run_has_none(tmp_path):
    assert records.read("slip", tmp_path) is None


def test_the_wheel_brings_the_records_to_where_an_installed_package_reads_them():
    root = Path(coview.__file__).parents[2]
    told = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    installed = Path(records.__file__).parent.relative_to(root / "src") / "results"
    assert told["force-include"]["results/claims"] == installed.as_posix()
    assert records.checkout() == root / "results" / "claims"


def test_an_installed_package_reads_the_records_it_brought(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "__file__", str(tmp_path / "lib" / "coview" / "papers" / "records.py"))
    assert records.folder() == tmp_path / "lib" / "coview" / "papers" / "results"


@pytest.mark.parametrize("key", KEPT)
def test_outcomes_on_record_follow_from_their_scores(key):
    record = records.read(key)
    assert record is not None
    assert len(record["seeds"]) >= 3
    outcomes = []
    for found in record["comparisons"]:
        better, worse = sides(record["arms"], found["better"], found["worse"], found["metric"])
        assert found["differences"] == pytest.approx([a - b for a, b in zip(better, worse, strict=True)])
        assert found["mean"] == pytest.approx(mean(found["differences"]))
        outcomes.append(judge(found["differences"], found["margin"]))
        assert found["outcome"] == outcomes[-1]
    assert record["outcome"] == together(outcomes)
    assert record["outcome"] in list(Outcome)


@pytest.mark.parametrize("key", KEPT)
def test_a_record_names_a_commit_that_can_be_checked_out(key):
    record = records.read(key)
    assert record is not None
    assert re.fullmatch("[0-9a-f]{40}", record["commit"])


@pytest.mark.parametrize("key", KEPT)
def test_arms_on_record_trained_on_equal_compute_and_were_tuned_alike(key):
    record = records.read(key)
    assert record is not None
    for found in record["comparisons"]:
        assert record["protocol"][found["metric"]]["split"] == "test"
        if found["worse"] not in record["arms"]:
            continue
        a, b = (record["arms"][found[side]] for side in ("better", "worse"))
        assert abs(a["flops"] / b["flops"] - 1) <= 0.02
        if "grid" not in record:  # made before arms went on from the rates they were offered
            assert a["trials on the validation part"].keys() == b["trials on the validation part"].keys()
            continue
        for arm in (a, b):
            tried = {float(rate): score for rate, score in arm["trials on the validation part"].items()}
            assert set(record["grid"]) <= set(tried) or len(record["grid"]) == 1
            assert tune(record["grid"], tried.get) == (arm["lr"], tried)
