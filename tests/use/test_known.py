"""A run reads other data by the names, roles and steps of its own."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import coview
from coview.engine.run import Run
from coview.errors import DataWarning, UserError

QUICK = {"steps": 2, "batch_size": 8, "encoder_options": {"dim": 16}, "health_every": 0}


def walks(people: int = 12, times: int = 40, step: float = 0.02) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        {"recording": f"r{i}", "seconds": step * t, "x": rng.normal(), "y": rng.normal() + 5, "z": rng.normal() * 3}
        for i in range(people)
        for t in range(times)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def walking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("walks")
    walks().to_csv(folder / "walks.csv", index=False)
    run = coview.fit("simclr", folder / "walks.csv", out=str(folder / "run"), **QUICK)
    return run, folder, by_name(run, folder / "walks.csv")


def by_name(run: Run, data: object, **how: object) -> dict[str, np.ndarray]:
    found = coview.embed(run, data, **how)  # type: ignore[arg-type]
    return dict(zip(found.data.names, found.array(), strict=True))


def same(found: np.ndarray, own: np.ndarray) -> None:
    """But for the last bits, which depend on how many samples a batch has."""
    np.testing.assert_allclose(found, own, rtol=1e-4, atol=1e-5)


def written(folder: Path, table: pd.DataFrame, name: str = "other.csv") -> Path:
    path = folder / name
    table.to_parquet(path) if name.endswith("parquet") else table.to_csv(path, index=False)
    return path


def test_what_columns_are_is_saved(walking) -> None:
    run, folder, _ = walking
    told = {"series:series": ["x", "y", "z"], "entity": ["recording"], "time": ["seconds"]}
    assert run.config.read_from == coview.load(folder / "run").config.read_from == told


def test_channels_are_found_by_name_in_any_order(walking, tmp_path) -> None:
    run, _, own = walking
    table = walks()[["z", "seconds", "y", "recording", "x"]].assign(w=1.0)
    for name, found in by_name(run, written(tmp_path, table)).items():
        same(found, own[name])


def test_one_recording_is_read_with_or_without_its_name(walking, tmp_path) -> None:
    run, _, own = walking
    one = walks().query("recording == 'r3'")
    same(by_name(run, written(tmp_path, one))["r3"], own["r3"])
    bare = one.drop(columns="recording").rename(columns={"seconds": "time"})
    found = coview.embed(run, written(tmp_path, bare, "alone.csv"))
    assert found.data.noted == [
        "there is no column 'recording', the entity of the run's own data: all rows are of one",
        "there is no column 'seconds', the time of the run's own data: 'time' is taken for it",
    ]
    assert found.data.names == ["alone"]
    same(found.array()[0], own["r3"])


def test_a_channel_that_is_not_there_is_named_and_an_empty_one_is_missing(walking, tmp_path) -> None:
    run, _, own = walking
    with pytest.raises(UserError, match="lacks column 'z' of slot 'series', which the run was trained with"):
        coview.embed(run, written(tmp_path, walks().drop(columns="z")))
    empty = by_name(run, written(tmp_path, walks().assign(z=np.nan)))
    assert all(np.isfinite(found).all() for found in empty.values())
    assert any((found != own[name]).any() for name, found in empty.items())


def test_channels_of_other_names_are_read_where_they_are_named(walking, tmp_path) -> None:
    run, _, own = walking
    path = written(tmp_path, walks().rename(columns={"x": "a", "y": "b", "z": "c"}))
    with pytest.raises(UserError, match=r"lacks 3 columns .* in the run's order, --columns series:series=x,y,z"):
        coview.embed(run, path)
    named = by_name(run, path, columns=["series=a,b,c", "entity=recording", "time=seconds"])
    same(named["r0"], own["r0"])


@pytest.mark.parametrize(("step", "told"), [(0.02, False), (0.04, True), (20.0, True)])
def test_another_step_is_told(walking, tmp_path, step: float, told: bool) -> None:
    run, _, _ = walking
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", DataWarning)
        found = coview.embed(run, written(tmp_path, walks(step=step)))
    line = f"series: steps of {step:.4g} where the run was trained with 0.02; resampled, it would be read alike"
    assert (line in found.data.noted) == told == any(line in str(one.message) for one in said)


@pytest.mark.parametrize("name", ["told.csv", "told.parquet"])
def test_dates_as_words_are_times_in_any_file(tmp_path, name: str) -> None:
    table = walks()
    table["time"] = (pd.Timestamp("2024-01-31") + pd.to_timedelta(table.pop("seconds"), "s")).dt.strftime(
        "%Y-%m-%dT%H:%M:%S.%f"
    )
    run = coview.fit("simclr", written(tmp_path, table, name), **QUICK)
    assert run.config.read_from["time"] == ["time"]
    assert run.modalities["series"].options.step == pytest.approx(0.02)  # type: ignore[attr-defined]


def visits(people: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        {"user": i, "time": 10.0 * t + rng.random(), "goods": str(rng.choice(["tea", "jam", "oil"])), "age": 30 + i % 3}
        | {"price": round(float(rng.normal()), 2)}
        for i in range(people)
        for t in range(6)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def visiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, np.ndarray]]:
    path = written(tmp_path_factory.mktemp("visits"), visits())
    run = coview.fit("simclr", path, columns=["visits:events=goods,price", "entity=user"], **QUICK)
    return run, by_name(run, path)


def test_one_history_is_read_as_among_others(visiting, tmp_path) -> None:
    run, own = visiting
    for name in ("one.csv", "one.parquet"):
        one = by_name(run, written(tmp_path, visits().query("user == 7").sample(frac=1, random_state=0), name))
        same(one["7"], own["7"])


def test_a_field_that_is_not_there_is_named_and_an_empty_one_is_missing(visiting, tmp_path) -> None:
    run, own = visiting
    with pytest.raises(UserError, match="lacks column 'price' of slot 'visits'"):
        coview.embed(run, written(tmp_path, visits().drop(columns="price")))
    for kind in (float, object):
        empty = by_name(run, written(tmp_path, visits().assign(price=pd.Series(None, dtype=kind)), "none.parquet"))
        assert np.isfinite(empty["7"]).all()
        assert (empty["7"] != own["7"]).any()


def test_a_history_without_times_says_so(visiting, tmp_path) -> None:
    found = coview.embed(visiting[0], written(tmp_path, visits().drop(columns="time")))
    assert found.data.noted[0] == (
        "there is no column 'time', the time of the run's own data: the order of rows says when"
    )


def people(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "age": rng.integers(20, 80, n),
            "income": rng.normal(size=n).round(3),
            "city": rng.choice(["Rome", "Oslo"], n),
            "home": rng.choice(["own", "rent"], n),
            "label": rng.choice(["yes", "no"], n),
        }
    )


@pytest.mark.parametrize("name", ["one.csv", "one.parquet"])
def test_one_row_is_read_as_among_others(tmp_path, name: str) -> None:
    run = coview.fit("simclr", written(tmp_path, people(), "all.csv"), **QUICK)
    own = coview.embed(run, tmp_path / "all.csv").array()
    one = people().iloc[[5]][["home", "label", "city", "income", "age"]]
    same(coview.embed(run, written(tmp_path, one, name)).array()[0], own[5])
    with pytest.raises(UserError, match="lacks column 'city' of slot 'table'"):
        coview.embed(run, written(tmp_path, one.drop(columns="city"), name))


def test_the_group_of_a_run_is_that_of_other_data_that_has_it(tmp_path) -> None:
    table = people().assign(street=[f"s{i // 4}" for i in range(60)], score=np.arange(60) % 2)
    own = written(tmp_path, table, "own.csv")
    columns = ["row:table=age,income,city"]
    run = coview.fit("simclr", own, columns=columns, label=["score"], group="street", **QUICK)
    found = coview.embed(run, written(tmp_path, table, "copy.csv"))
    assert list(coview.embed(run).data.labels) == ["score"]
    assert {"score", "home", "label"} <= found.data.labels.keys()
    assert found.data.groups == table["street"].tolist()
    bare = coview.embed(run, written(tmp_path, table.drop(columns=["score", "street"]), "bare.csv"))
    assert "score" not in bare.data.labels
    assert bare.data.groups is None


def test_slots_that_other_data_lacks_are_left_out(tmp_path) -> None:
    table = people().assign(remark=[f"remark number {i} of a person who wrote it" for i in range(60)])
    own = written(tmp_path, table, "own.csv")
    run = coview.fit("clip", own, columns=["row:table=age,income,city", "said:text=remark"], **QUICK)
    assert list(coview.embed(run, written(tmp_path, table.filter(["remark"]))).data.slots) == ["said"]
    found = coview.embed(run, written(tmp_path, table.filter(["city", "age", "income"])))
    assert list(found.data.slots) == ["row"]
