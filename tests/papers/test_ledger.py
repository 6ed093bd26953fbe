import json

import pytest

from coview.errors import UserError
from coview.methods.registry import method_modules
from coview.papers import records
from coview.papers.claim import claim_keys
from coview.papers.ledger import Status, paper, papers, select


def test_all_344_papers_are_there_once():
    assert [p.id for p in papers()] == list(range(1, 345))
    assert len({p.key for p in papers()}) == 344


def test_every_paper_says_what_it_claims_and_of_what():
    assert all(p.title and p.kind and p.modalities and p.claim for p in papers())


def test_every_method_named_exists():
    assert {p.method for p in papers() if p.method} <= set(method_modules())


def test_what_was_verified_was_verified_whole():
    assert all(bool(p.authors) == bool(p.year) == p.link.startswith("https://") for p in papers())


def test_every_claim_is_of_a_paper_or_of_our_own():
    keys = {p.key for p in papers()}
    assert [k for k in claim_keys() if k not in keys and not k.startswith("own-")] == []


def test_the_status_is_that_of_the_record(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "folder", lambda: tmp_path)
    assert paper("slip").status is Status.RUNS
    assert paper("paretognn").status is Status.NOT_YET
    record = dict.fromkeys(records.NEEDED) | {"format": records.FORMAT, "outcome": "does not hold here"}
    (tmp_path / "slip.json").write_text(json.dumps(record))
    assert paper("slip").status is Status.FAILS
    assert [p.key for p in select(status="does not hold here")] == ["slip"]


def test_modalities_select():
    found = select(modality="graph")
    assert found
    assert all("graph" in p.modalities for p in found)


@pytest.mark.parametrize(
    ("asked", "told"), [({"status": "held"}, "--status is one of"), ({"modality": "smell"}, "image")]
)
def test_unknown_choices_are_refused_with_those_that_exist(asked, told):
    with pytest.raises(UserError, match=told):
        select(**asked)


def test_a_misspelt_key_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="slip"):
        paper("slpi")
