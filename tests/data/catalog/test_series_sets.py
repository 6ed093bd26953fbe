"""Series that come inside packages: a smart watch, and sets of the UCR and UEA archives."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from coview.data.catalog.reading.ts_files import read_ts
from tests.data.catalog.real import check_shape, real, unreadable


def test_a_ts_file_is_read_channel_by_channel(tmp_path: Path):
    (tmp_path / "a.ts").write_text("#about\n@problemName a\n@data\n1,2,3:4,?,6:up\n7,8:9,10:down\n")
    series, classes = read_ts(tmp_path / "a.ts")
    np.testing.assert_array_equal(series[0], [[1, 4], [2, np.nan], [3, 6]])
    np.testing.assert_array_equal(series[1], [[7, 9], [8, 10]])
    assert classes == ["up", "down"]


def test_watch_windows_are_of_both_sensors_and_of_ten_people():
    watch = real("watch")
    check_shape(watch)
    assert len(watch) == 2229
    assert {tuple(row[0].shape) for c in watch.columns.values() for row in c.items[::200]} == {(200, 3)}
    assert Counter(watch.labels["side"].tolist()).keys() == {"left", "right"}
    assert len(set(watch.labels["exercise"].tolist())) == 7
    assert set(watch.labels["subject"].tolist()) == set(range(1, 11))


def test_people_of_the_watch_are_on_one_side_of_the_split():
    watch = real("watch")
    pairs = set(zip(watch.labels["subject"].tolist(), watch.split))
    people = {part: {s for s, p in pairs if p == part} for part in ("train", "valid", "test")}
    assert people == {"train": {1, 2, 3, 4, 5, 6}, "valid": {7}, "test": {8, 9, 10}}


def test_a_watch_at_rest_weighs_about_one_g():
    lengths = [np.median(np.linalg.norm(row[0], axis=1)) for row in real("watch").columns["accelerometer"].items[::50]]
    assert 0.9 < np.median(lengths) < 1.2


def test_windows_of_the_watch_overlap_by_half():
    items = real("watch").columns["gyroscope"].items
    np.testing.assert_array_equal(items[0][0][100:], items[1][0][:100])


@pytest.mark.parametrize(("name", "count", "channels"), [("power", 1096, 1), ("leaves", 442, 1), ("vowels", 640, 12)])
def test_sets_of_the_archives(name: str, count: int, channels: int):
    source = real(name)
    check_shape(source)
    assert len(source) == count
    assert {row[0].shape[1] for row in source.columns["series"].items} == {channels}
    assert unreadable(source, "series", range(0, count, 20)) == []


def test_vowels_are_of_many_lengths():
    lengths = [len(row[0]) for row in real("vowels").columns["series"].items]
    assert (min(lengths), max(lengths)) == (7, 29)


def test_italy_lights_its_lamps_earlier_in_the_colder_half():
    power = real("power")
    days = np.stack([row[0][:, 0] for row in power.columns["series"].items])
    cold = power.labels["season"] == "October to March"
    assert days[cold].mean(0)[16:].argmax() + 16 == 19
    assert days[~cold].mean(0)[16:].argmax() + 16 == 21
