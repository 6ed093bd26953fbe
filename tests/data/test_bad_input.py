"""docs/bad-input.md is true: every row of its table is made and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.prepared.reading import nbytes
from coview.errors import UserError
from tests.data.bad_input import MAKERS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-input.md"
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.read_text().partition("## While training")[0].splitlines()
    if line.startswith("| ") and len(cells := [c.strip() for c in line.strip("| ").split("|")]) >= 2
    if cells[0] not in ("what", "---")
}
COLUMNS = {"a column named that is not there": ["text=captoin"]}


def test_every_row_of_the_page_is_tested_and_every_test_is_on_the_page() -> None:
    assert set(ROWS) == set(MAKERS)


@pytest.mark.parametrize("what", MAKERS)
def test_bad_input_becomes_what_the_page_says(what: str, tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    path = MAKERS[what](root)
    becomes, *reason = ROWS[what]
    if becomes == "refused":
        with pytest.raises(UserError) as refused:
            load(open_source(path, columns=COLUMNS.get(what)))
        assert reason[0] in str(refused.value)
        assert "\n" not in str(refused.value)
        return
    data = load(open_source(path, columns=COLUMNS.get(what)))
    assert {f"good{i}" for i in range(4)} <= set(data.names) or {"0", "1", "2", "3"} <= set(data.names)
    if becomes == "read":
        assert "bad" in data.names
        assert not data.skipped
    else:
        assert "bad" not in data.names
        assert [why for _, why in data.skipped if reason[0] in why]


@pytest.mark.parametrize("what", [w for w, (becomes, *_) in ROWS.items() if becomes == "skipped"])
def test_strict_stops_at_what_would_be_skipped(what: str, tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    path = MAKERS[what](root)
    with pytest.raises(UserError, match="stopped by --strict"):
        load(open_source(path), strict=True)


def test_numbers_beside_an_array_weigh_next_to_nothing() -> None:
    import numpy as np

    assert nbytes((np.zeros(1000, np.float32), 16_000)) < 4_100
