"""What is scored is held out, the same for every column, and finite."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from coview.errors import UserError
from coview.evaluate.evaluate import evaluate
from coview.evaluate.subject import parts_of

from .plain import clusters, make_data, make_method
from .test_evaluate import parts


def labelled(n: int = 60, **options):
    x, y = clusters(n, 3, noise=0.5)
    return make_data({"a": x}, {"c": y}, **options)


@pytest.mark.parametrize("other", [[3, 4], [2, 3]])
def test_a_sample_in_two_parts_is_refused(other):
    rows = {"train": torch.tensor([0, 1, 2, 3]), "test": torch.tensor(other)}
    with pytest.raises(UserError, match="more than once in the splits of made, 'sample"):
        parts_of(labelled(6), rows)


@pytest.mark.parametrize("row", [-1, 6])
def test_rows_that_are_not_there_are_refused(row):
    with pytest.raises(UserError, match="has 0 to 5"):
        parts_of(labelled(6), {"train": torch.arange(4), "test": torch.tensor([row])})


def test_an_empty_part_is_as_none():
    for empty in (torch.zeros(0, dtype=torch.int64), torch.zeros(6, dtype=torch.bool)):
        rows = {"train": torch.arange(4), "valid": torch.arange(4, 6), "test": empty}
        assert parts_of(labelled(6), rows)[3] == "valid"


def test_nothing_to_train_on_leaves_probes_out():
    assert evaluate(make_method(labelled()), labelled(), {"test": torch.arange(60)}).values == {}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("protocols", [None, ["knn"], ["few-shot"], ["retrieval"]])
def test_a_run_that_diverged_is_refused_in_a_sentence(value, protocols):
    data, method = labelled(), make_method(labelled())
    with torch.no_grad():
        method.encoders["a"].net.linear.weight[0, 0] = value
    with pytest.raises(UserError, match=r"embedding of a is not finite for (\d+) of \1 samples; train it again"):
        evaluate(method, data, parts(60), protocols=protocols)


def test_what_stands_where_nothing_is_present_may_be_anything():
    present = torch.ones(60, 1, dtype=torch.bool)
    present[5] = False
    data = labelled(present={"a": present})
    data.slots["a"].value[5] = float("nan")
    assert "knn/a/c" in evaluate(make_method(data), data, parts(60), protocols=["knn"])


def test_groups_cut_by_a_data_sets_own_split_are_told():
    data, rows = labelled(), parts(60)
    apart = ["x"] * 60
    for part, at in rows.items():
        for i in at.tolist():
            apart[i] = f"{part} {i}"
    shared = list(apart)
    shared[int(rows["test"][0])] = shared[int(rows["train"][0])]
    told = [
        evaluate(make_method(data), replace(data, groups=g), rows, protocols=["knn"]).protocol["knn/a/c"]
        for g in (apart, shared)
    ]
    assert [next((v for k, v in how.items() if "group is in training" in k), 0) for how in told] == [0, 1]


def test_every_column_is_scored_on_the_same_items_and_equal_columns_score_alike():
    data = labelled()
    method = make_method(data)
    scores = evaluate(method, data, parts(60), protocols=["knn", "linear", "few-shot", "clustering"], random=method)
    for metrics in scores.values.values():
        for row in metrics.values():
            assert row["run"] == row["random"]


def test_the_order_of_samples_changes_no_score():
    data, rows = labelled(), parts(60)
    order = torch.randperm(60, generator=torch.Generator().manual_seed(3))
    back = torch.argsort(order)
    mixed = make_data({"a": data.slots["a"].value[order]}, {"c": data.labels["c"][order.numpy()]})
    method = make_method(data)
    first = evaluate(method, data, rows, protocols=["knn", "linear"])
    second = evaluate(method, mixed, {p: back[at] for p, at in rows.items()}, protocols=["knn", "linear"])
    for key, metrics in first.values.items():
        for metric, row in metrics.items():
            assert second[key][metric]["raw"] == pytest.approx(row["raw"], abs=1e-6)


@pytest.mark.parametrize("template", ["a photo", "{} and {}", "{name}"])
def test_a_template_without_one_place_for_the_name_is_refused(template):
    data = labelled()
    with pytest.raises(UserError, match="write it with one"):
        evaluate(make_method(data), data, parts(60), templates=[template])


def test_zero_shot_of_samples_without_the_slot_is_nothing_to_score():
    y = np.arange(20) % 10
    there = torch.ones(20, 1, dtype=torch.bool)
    there[10:] = False
    data = make_data(
        {"picture": torch.eye(10)[y][:, None], "word": torch.zeros(20, 1, 10)},
        {"digit": [str(i) for i in y]},
        present={"picture": there},
        words=["word"],
    )
    rows = {"train": torch.arange(10), "test": torch.arange(10, 20)}
    with pytest.raises(UserError, match="zero-shot cannot be scored"):
        evaluate(make_method(data, joint=True), data, rows, protocols=["zero-shot"], raw=False)
