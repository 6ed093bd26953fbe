"""The whole evaluation: what is scored, on what, beside what."""

import json

import numpy as np
import pytest
import torch

from coview.errors import UserError
from coview.evaluate.evaluate import evaluate
from coview.evaluate.scores import Scores, details, table
from coview.evaluate.subject import parts_of

from .plain import clusters, make_data, make_method


def parts(n: int, train: float = 0.6, valid: float = 0.2) -> dict[str, torch.Tensor]:
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    a, b = int(n * train), int(n * (train + valid))
    return {"train": order[:a], "valid": order[a:b], "test": order[b:]}


def drawings(n: int = 120, views: int = 3):
    x, y = clusters(n, 4, views=views, noise=0.3)
    x = x + torch.randn(n, 1, x.shape[2], generator=torch.Generator().manual_seed(1))  # each sample is its own too
    return x, y


def test_data_with_labels_and_views_are_scored_by_all_that_applies():
    x, y = drawings()
    data = make_data({"drawing": x}, {"category": y, "name": [f"n{i}" for i in range(120)]})
    scores = evaluate(make_method(data), data, parts(120), random=make_method(data, seed=1))
    assert list(scores.values) == ["retrieval/drawing-drawing", "knn/drawing/category", "linear/drawing/category"]
    row = scores["retrieval/drawing-drawing"]["R@1"]
    assert list(row) == ["run", "raw", "random"]
    assert all(0 <= v <= 1 for v in row.values())
    assert (
        scores.protocol["knn/drawing/category"] | {"k": 20, "temperature": 0.07, "split": "test", "n": 72}
        == (scores.protocol["knn/drawing/category"])
    )
    assert set(scores.protocol["linear/drawing/category"]["C chosen"]) == {"run", "raw", "random"}


def test_slots_of_one_space_are_scored_both_ways_without_a_raw_row():
    x = torch.randn(60, 1, 16, generator=torch.Generator().manual_seed(0))
    data = make_data({"image": x, "name": x + 0.01})
    scores = evaluate(make_method(data, joint=True), data, parts(60), random=make_method(data, joint=True, seed=1))
    assert list(scores.values) == ["retrieval/image-name", "retrieval/name-image"]
    assert scores["retrieval/name-image"]["R@1"] == {"run": 1.0, "raw": None, "random": 1.0}


def test_only_held_out_rows_are_scored():
    x, _ = drawings()
    rows = parts(120)
    x[rows["test"], 1:] = x[rows["test"], :1]  # the others are noise to each other
    data = make_data({"drawing": x})
    assert evaluate(make_method(data), data, rows)["retrieval/drawing-drawing"]["R@1"]["run"] == pytest.approx(1)


def test_labels_of_test_samples_change_nothing_but_the_score():
    x, y = drawings()
    rows = parts(120)
    wrong = y.copy()
    wrong[rows["test"]] = (wrong[rows["test"]] + 1) % 4
    right, shifted = (
        evaluate(make_method(d), d, rows)
        for d in (make_data({"drawing": x}, {"c": y}), make_data({"drawing": x}, {"c": wrong}))
    )
    key = "linear/drawing/c"
    assert right.protocol[key]["C chosen"] == shifted.protocol[key]["C chosen"]
    assert right[key]["accuracy"]["raw"] > 0.7
    assert shifted[key]["accuracy"]["raw"] < 0.3


def test_without_test_rows_valid_is_scored_and_choices_are_made_on_training_samples():
    data = make_data({"drawing": torch.randn(100, 1, 4)})
    train, valid, scored, name = parts_of(data, {"train": torch.arange(80), "valid": torch.arange(80, 100)})
    assert name == "valid"
    assert scored.tolist() == list(range(80, 100))
    assert sorted([*train, *valid]) == list(range(80))
    assert 5 <= len(valid) <= 28


def test_groups_stay_together_when_training_samples_are_set_aside():
    data = make_data({"drawing": torch.randn(100, 1, 4)})
    data.groups = [f"g{i // 5}" for i in range(100)]
    train, valid, *_ = parts_of(data, {"train": torch.arange(80), "valid": torch.arange(80, 100)})
    assert len(valid)
    assert not {i // 5 for i in train} & {i // 5 for i in valid}


def test_rows_may_be_masks():
    mask = torch.arange(10) < 6
    data = make_data({"drawing": torch.randn(10, 1, 4)})
    train, _, scored, _ = parts_of(data, {"train": mask, "test": ~mask})
    assert train.tolist() == list(range(6))
    assert scored.tolist() == [6, 7, 8, 9]


def test_every_protocol_can_be_asked_for():
    x, y = drawings()
    data = make_data({"drawing": x}, {"c": y})
    scores = evaluate(make_method(data), data, parts(120), protocols=["few-shot", "clustering"], raw=False)
    assert list(scores.values) == ["few-shot/drawing/c", "clustering/drawing/c"]
    assert scores["clustering/drawing/c"]["NMI"]["raw"] is None
    assert scores["few-shot/drawing/c"]["5-shot"]["run"] > 0.4


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"protocols": ["nearest"]}, "no protocol is called 'nearest'; there are knn"),
        ({"protocols": ["knn"]}, "label column"),
        ({"protocols": ["retrieval"]}, "several natural views"),
        ({"protocols": ["zero-shot"]}, "text"),
        ({"labels": ["colour"]}, "no label column 'colour'"),
    ],
)
def test_what_the_data_lacks_is_said(options, reason):
    data = make_data({"drawing": torch.randn(30, 1, 4)})
    with pytest.raises(UserError, match=reason):
        evaluate(make_method(data), data, parts(30), **options)


def test_nothing_held_out_is_refused():
    data = make_data({"drawing": torch.randn(30, 1, 4)})
    with pytest.raises(UserError, match="held out"):
        evaluate(make_method(data), data, {"train": torch.arange(30)})


def test_samples_without_a_label_or_a_slot_are_left_out():
    x, y = drawings()
    y = y.astype(float)
    y[::3] = np.nan
    present = torch.ones(120, 3, dtype=torch.bool)
    present[1::3] = False
    data = make_data({"drawing": x}, {"c": y}, present={"drawing": present})
    rows = parts(120)
    scores = evaluate(make_method(data), data, rows, protocols=["knn"])
    assert scores.protocol["knn/drawing/c"]["n"] == 3 * int((rows["test"] % 3 == 2).sum())


def test_zero_shot_in_a_planted_space():
    y = np.arange(60) % 10
    pictures = torch.eye(10)[y][:, None]
    pictures[30:] = pictures[30:].roll(1, dims=0)  # half of the pictures show the next class
    labels = {"digit": [str(i) for i in y], "described": [f"the digit {i}" for i in y]}
    data = make_data({"picture": pictures, "word": torch.zeros(60, 1, 10)}, labels, words=["word"])
    rows = {"train": torch.arange(10), "test": torch.arange(10, 60)}
    scores = evaluate(
        make_method(data, joint=True), data, rows, protocols=["zero-shot"], templates=["{}", "a drawing of {}"]
    )
    assert list(scores.values) == ["zero-shot/picture/digit", "zero-shot/picture/described"]
    assert scores["zero-shot/picture/digit"]["accuracy"] == {"run": 20 / 50, "raw": None, "random": None}


def test_scores_survive_json_and_are_as_the_run_folder_says():
    x, y = drawings()
    data = make_data({"drawing": x}, {"c": y})
    scores = evaluate(make_method(data), data, parts(120))
    written = json.loads(json.dumps(scores.to_dict()))
    assert set(written["retrieval/drawing-drawing"]["R@1"]) == {"run", "raw", "random"}
    assert written["protocol"]["retrieval/drawing-drawing"]["pairs of views"] == 6
    assert Scores.from_dict(written) == scores


def test_the_table_shows_every_metric_and_reference():
    scores = Scores()
    scores.add("retrieval/a-b", {"run": {"R@1": 0.5, "median rank": 3.0}}, {"split": "test", "n": 4})
    scores.add("knn/a/c", {"run": {"accuracy": 1.0}, "raw": {"accuracy": 0.25}}, {"k": 20})
    shown = table(scores)
    cells = [list(column.cells) for column in shown.columns]
    assert [str(column.header) for column in shown.columns] == ["score", "metric", "run", "raw", "random"]
    assert cells[0] == ["retrieval/a-b", "", "knn/a/c"]
    assert cells[2] == ["0.500", "3.0", "1.000"]
    assert cells[3] == ["-", "-", "0.250"]
    assert details(scores) == ["retrieval/a-b: split test; n 4", "knn/a/c: k 20"]


def embedded(method, data, rows, **options):
    """The scores, and the ids of the samples that the method embedded for them."""
    seen, whole = [], method.embed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method, "embed", lambda batch: seen.append(batch.ids) or whole(batch))
        scores = evaluate(method, data, rows, **options)
    return scores, torch.cat(seen)


def test_what_compares_held_out_samples_embeds_no_others():
    x, _ = drawings()
    data, rows = make_data({"drawing": x}), parts(120)
    _, ids = embedded(make_method(data), data, rows)
    assert sorted(ids.tolist()) == sorted(data.ids[rows["test"]].tolist())


def test_a_probe_embeds_the_samples_whose_label_is_known():
    x, y = drawings()
    some = np.where(np.arange(120) % 3 == 0, y.astype(float), np.nan)
    data, rows = make_data({"drawing": x}, {"c": some}), parts(120)
    _, ids = embedded(make_method(data), data, rows, protocols=["knn"])
    assert sorted(ids.tolist()) == sorted(data.ids[::3].tolist())


def test_samples_of_no_part_are_not_embedded():
    x, y = drawings()
    data, rows = make_data({"drawing": x}, {"c": y}), parts(120)
    rows["train"] = rows["train"][:30]
    _, ids = embedded(make_method(data), data, rows)
    assert sorted(ids.tolist()) == sorted(data.ids[torch.cat(list(rows.values()))].tolist())


def test_scores_are_those_of_everything_embedded(monkeypatch):
    x, y = drawings()
    some = np.where(np.arange(120) % 3 == 0, y.astype(float), np.nan)
    data, rows = make_data({"drawing": x}, {"c": some}), parts(120)
    method, random = make_method(data), make_method(data, seed=1)
    few = evaluate(method, data, rows, random=random)
    monkeypatch.setattr("coview.evaluate.evaluate._rows_read", lambda *args: None)
    assert few.values == evaluate(method, data, rows, random=random).values
    assert few.protocol
