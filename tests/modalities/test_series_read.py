"""Raw series and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from coview.data.arrays import from_arrays
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.errors import UserError
from coview.modalities.base import BadSample
from coview.modalities.series import Series
from coview.modalities.series.moments import Moments
from coview.modalities.series.read import read_series


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1.0, None, 3.0], [1, np.nan, 3]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (torch.tensor([1.5, 2.5]), [1.5, 2.5]),
        (np.array([True, False]), [1, 0]),
        (np.ma.masked_equal([1, -9, 3], -9), [1, np.nan, 3]),
        (np.array([1, None], dtype=object), [1, np.nan]),
    ],
)
def test_what_is_numbers_is_read(raw: Any, expected: list[Any]) -> None:
    np.testing.assert_array_equal(read_series(raw), np.array(expected))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "empty"),
        (np.zeros((0, 3)), "empty"),
        ([1.0, np.inf], "infinite"),
        ([np.nan, np.nan], "no value that is there"),
        (["a", "b"], "not numbers"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (3.5, r"shape \(\)"),
        ([[1, 2], [3]], "no array of numbers"),
        (np.array([1 + 2j]), "not numbers"),
        ("walk.csv", "a .csv file"),
        ("nowhere.npy", "is not there"),
    ],
)
def test_what_is_no_series_is_named(raw: Any, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        read_series(raw)


def test_an_array_file_is_read_and_a_broken_one_named(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(6.0).reshape(3, 2))
    assert read_series(tmp_path / "a.npy").shape == (3, 2)
    (tmp_path / "b.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:70])
    np.save(tmp_path / "c.npy", np.array([{}], dtype=object), allow_pickle=True)
    for name in ("b", "c"):
        with pytest.raises(BadSample, match="cannot be read as an array"):
            read_series(tmp_path / f"{name}.npy")


def test_bad_series_are_skipped_and_named() -> None:
    good = np.random.default_rng(0).normal(size=(20, 2))
    bad = {"none": np.zeros((0, 2)), "one": good[:1], "three": np.zeros((20, 3)), "wild": np.full((20, 2), np.inf)}
    rows = [good, good + 1, *bad.values(), np.full((20, 2), np.nan)]
    names = ["a", "b", *bad, "gone"]
    data = load(from_arrays({"walk:series": rows}, names=names))
    assert data.names == ["a", "b"]
    told = dict(data.skipped)
    assert told["none"] == "walk: is empty (0 times)"
    assert told["one"] == "walk: has 1 time; a series has at least 2"
    assert told["three"] == "walk: has 3 channels where the slot has 2"
    assert told["wild"].startswith("walk: has values that are infinite")
    assert told["gone"] == "walk: has no value that is there"


def test_bad_series_stop_a_strict_run() -> None:
    rows = [np.random.default_rng(0).normal(size=(20, 2)), np.zeros((1, 2))]
    with pytest.raises(UserError, match=r"1: walk: has 1 time; .*--strict"):
        load(from_arrays({"walk:series": rows}), adapt_rows=[0], strict=True)


def test_arrays_in_memory_and_in_files_are_the_same_series(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(12, 30, 2)).astype(np.float32)
    kinds = np.arange(12) % 3
    np.savez(tmp_path / "walks.npz", sensor=values, label=kinds)
    np.save(tmp_path / "sensor.npy", values)
    memory = load(from_arrays(sensor=values, labels=kinds))
    for file in ("walks.npz", "sensor.npy"):
        found = load(open_source(str(tmp_path / file)))
        assert torch.equal(found.slots["sensor"].value, memory.slots["sensor"].value)
    assert open_source(str(tmp_path / "walks.npz")).labels["label"].tolist() == kinds.tolist()


def test_any_array_is_a_series_where_the_user_says_so(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.random.default_rng(0).normal(size=(12, 30)))
    found = load(open_source(str(tmp_path / "a.npz"), columns=["power:series=X"]))
    assert found.slots["power"].value.shape == (12, 1, 30, 1)


def test_ragged_lists_are_series_of_their_own_lengths() -> None:
    rows = [[0.1, 0.5, 0.2], [1.0, 2.0, 1.5, 0.5, 0.1], [[0.5], [0.2]]]
    data = load(from_arrays({"signal": rows}), options={"signal": {"length": 5}})
    assert data.slots["signal"].length[:, 0].tolist() == [3, 5, 2]


def test_moments_are_those_of_all_values_together() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.normal(1e4, [1e-2, 5], (int(n), 2)) for n in rng.integers(1, 40, 20)]
    parts[3][2:5, 0] = np.nan
    found = Moments(2)
    for part in parts:
        found.add(part)
    whole = np.concatenate(parts)
    np.testing.assert_allclose(found.mean, np.nanmean(whole, 0), rtol=1e-12)
    np.testing.assert_allclose(found.deviation, np.nanstd(whole, 0), rtol=1e-6)


@pytest.mark.parametrize("kind", [np.float64, np.longdouble, object])
def test_numbers_beyond_what_float32_holds_are_refused_by_name(kind: type) -> None:
    with pytest.raises(BadSample, match=r"has the value 1e\+200, beyond what float32 holds \(3.4e38\)"):
        read_series(np.array([1.0, np.nan, 1e200], dtype=kind))
    assert read_series(np.array([1.0, 3e38])).dtype == np.float64


def test_numbers_too_far_from_the_data_for_float32_do_not_fit() -> None:
    small = [1e-3 * np.random.default_rng(i).normal(size=(9, 2)) for i in range(8)]
    fitted = Series.adapt([read_series(x) for x in small], patch=3)
    wild = read_series(np.where(np.arange(18).reshape(9, 2) == 5, 3e38, small[0]))
    assert str(fitted.unfit(wild)).startswith("has the value 3e+38, beyond what float32 holds (3.4e38) in units of")
    assert Series.adapt([read_series(x) for x in small], patch=3, standardise="sample").unfit(wild) is None
