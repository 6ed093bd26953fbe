"""What is read otherwise than it stands: counted, told, and a warning where it holds of most items."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from coview.data.arrays import from_arrays
from coview.data.describe import describe
from coview.data.open import open_source
from coview.data.prepared import cached_work
from coview.data.prepared.decoded import Decoded
from coview.data.prepared.prepare import load
from coview.errors import DataWarning

CUT = "cut after 8 times (series.length)"


def walks(*lengths: int) -> dict[str, list[np.ndarray]]:
    rng = np.random.default_rng(0)
    return {"walk:series": [rng.normal(size=(n, 2)) for n in lengths]}


def test_items_that_are_cut_are_counted_and_told() -> None:
    data = load(from_arrays(walks(8, 9, 5, 8, 30)), options={"series": {"length": 8, "patch": 2}})
    assert data.noted == [f"walk: 2 of 5 {CUT}"]
    assert f"walk: 2 of 5 {CUT}" in describe(data)
    assert data.rows(data.ids.new_tensor([0, 2])).noted == data.noted


@pytest.mark.parametrize(("lengths", "warned"), [((8, 9, 5), False), ((9, 9, 5), True)])
def test_a_warning_is_for_what_holds_of_most(lengths: tuple[int, ...], warned: bool) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", DataWarning)
        load(from_arrays(walks(*lengths)), options={"series": {"length": 8, "patch": 2}})
    assert any(CUT in str(one.message) for one in said if one.category is DataWarning) == warned


def test_skipped_samples_are_warned_of_by_name() -> None:
    with pytest.warns(DataWarning, match="arrays: 1 skipped: 1 .* has 1 time"):
        load(from_arrays(walks(8, 1, 8)))


def test_notes_are_kept_with_what_was_decoded(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cached_work, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr(cached_work, "SETTLED_SECONDS", -1.0)
    folder = tmp_path / "walks"
    folder.mkdir()
    for i, walk in enumerate(walks(8, 9, 5, 8, 30)["walk:series"]):
        np.save(folder / f"{i}.npy", walk)
    keep, told = Decoded(tmp_path / "kept", 1 << 30), list[str]()
    for _ in range(2):
        source = open_source(folder, columns=["walk:series=."])
        data = load(source, options={"series": {"length": 8, "patch": 2}}, keep=keep, progress=told.append)
        assert data.noted == [f"walk: 2 of 5 {CUT}"]
    assert any("decoded before" in line for line in told)
