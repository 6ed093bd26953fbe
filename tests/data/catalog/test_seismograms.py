"""Seismograms: three components of the same motion, and stretches of time apart."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from coview.data.catalog.reading.three_components import above, recorded
from coview.data.catalog.seismograms import RECORDED
from coview.data.source import Source
from coview.errors import MissingExtra, UserError
from tests.data.catalog.real import check_shape, real


@pytest.fixture(scope="module")
def seismograms() -> Source:
    return real("seismograms")


def windows(source: Source) -> np.ndarray:
    """`(N, 3, 160)`."""
    return np.stack([np.stack([view[:, 0] for view in row]) for row in source.columns["motion"].items])


def write(folder: Path, **starts: float) -> list[Path]:
    """A file for each channel of station ABC, 10 s at 100 Hz of numbers that begin at its time."""
    from obspy import Trace, UTCDateTime

    for channel, start in starts.items():
        told = {"station": "ABC", "channel": channel, "sampling_rate": 100.0, "starttime": UTCDateTime(start)}
        Trace(np.arange(1000, dtype=np.int32) + ord(channel[-1]), told).write(str(folder / channel), format="MSEED")
    return [folder / channel for channel in starts]


def test_it_is_a_sound_source(seismograms: Source):
    check_shape(seismograms)


def test_counts(seismograms: Source):
    assert Counter(seismograms.split) == {"train": 362, "valid": 117, "test": 135}
    assert set(seismograms.labels["station"].tolist()) == set(RECORDED)
    assert windows(seismograms).shape == (len(seismograms), 3, 160)


def test_every_station_is_in_every_part(seismograms: Source):
    told = Counter(zip(seismograms.labels["station"].tolist(), seismograms.split or [], strict=True))
    assert len(told) == 3 * len(RECORDED)


def test_parts_are_two_seconds_apart(seismograms: Source):
    times: dict[str, list[tuple[float, str]]] = {}
    for name, part in zip(seismograms.names, seismograms.split or [], strict=True):
        station, begin = name.split("-")
        times.setdefault(station, []).append((float(begin), part))
    gaps = [
        after - (before + 4.0)
        for rows in times.values()
        for (before, one), (after, other) in zip(sorted(rows), sorted(rows)[1:], strict=False)
        if one != other
    ]
    assert len(gaps) > len(RECORDED)
    assert min(gaps) == 2.0


def test_no_component_of_a_moment_is_met_twice(seismograms: Source):
    found = windows(seismograms).reshape(-1, 160)
    assert len(np.unique(found, axis=0)) == len(found)
    assert found.std(1).min() > 0


def test_components_move_together(seismograms: Source):
    rows = [i for i, name in enumerate(seismograms.names) if name.startswith("MBGA-")]
    power = np.log(windows(seismograms)[rows].std(2))
    together = np.corrcoef(power.T)[np.triu_indices(3, 1)]
    assert together.min() > 0.8


def test_filtering_keeps_a_motion_in_its_place_and_drops_what_is_slow():
    seconds = np.arange(0, 30, 1 / 75.19)
    at_40 = np.arange(0, 30, 1 / 40)
    slow, wave = np.sin(0.2 * np.pi * seconds), np.exp(-((seconds - 15) ** 2)) * np.cos(8 * np.pi * (seconds - 15))
    found = above(1.0, np.stack([100 * slow + 7, wave]), 75.19, 40)[:, 200:1000]
    expected = (np.exp(-((at_40 - 15) ** 2)) * np.cos(8 * np.pi * (at_40 - 15)))[200:1000]
    assert found.dtype == np.float32
    assert np.abs(found[0]).max() < 0.1
    np.testing.assert_allclose(found[1], expected, atol=0.02)


def test_what_is_above_the_new_rate_does_not_come_back_as_something_slower():
    seconds = np.arange(0, 20, 1 / 200)
    found = above(1.0, np.sin(2 * np.pi * 33 * seconds)[None], 200.0, 40)
    assert np.abs(found[:, 40:-40]).max() < 0.05


def test_components_are_read_in_the_order_of_their_names(tmp_path: Path):
    pytest.importorskip("obspy", reason="ObsPy comes with the extra data")
    values, rate = recorded(write(tmp_path, BHE=0.0, BHN=0.0, BHZ=0.0), "ABC", "BH")
    assert rate == 100.0
    assert values[:, 0].tolist() == [ord("Z"), ord("N"), ord("E")]


def test_components_that_did_not_run_together_are_named(tmp_path: Path):
    pytest.importorskip("obspy", reason="ObsPy comes with the extra data")
    with pytest.raises(UserError, match=r"ABC\.\.BHE of BHZ was not recorded at the same times as \.ABC\.\.BHZ"):
        recorded(write(tmp_path, BHZ=0.0, BHN=0.0, BHE=0.02), "ABC", "BH")


def test_a_component_that_is_missing_is_named(tmp_path: Path):
    pytest.importorskip("obspy", reason="ObsPy comes with the extra data")
    with pytest.raises(UserError, match=r"ABC has \.ABC\.\.BHZ, \.ABC\.\.BHN where"):
        recorded(write(tmp_path, BHZ=0.0, BHN=0.0), "ABC", "BH")


def test_without_obspy_the_command_that_brings_it_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "obspy", None)
    with pytest.raises(MissingExtra, match=r"obspy is needed here .*coview\[data\]"):
        recorded([Path("a")], "ABC", "BH")
