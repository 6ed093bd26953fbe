"""Finetuning and predicting: what is trained, what is scored, what a run folder gives back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import coview
from coview.data.arrays import from_arrays
from coview.data.source import Source
from coview.engine.run import Run
from coview.errors import UserError
from coview.evaluate.items import accuracies
from coview.use.classifier import Classifier
from coview.use.finetune import plan_finetune
from coview.use.labelled import labelled_task

SMALL = {"threads": 1, "precision": "32", "batch_size": 32}


def pictures(n: int = 120, seed: int = 0) -> Source:
    """Three kinds, told apart by where they are bright; `size` is a quantity, `one` has a single class."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, n)
    values = rng.integers(0, 90, (n, 12, 12, 3)).astype(np.uint8)
    for row, k in enumerate(kind):
        values[row, 4 * k : 4 * k + 4] += 150
    labels = {"kind": np.array(["top", "middle", "bottom"])[kind], "size": rng.normal(size=n), "one": ["x"] * n}
    return from_arrays(image=values, labels=labels, names=[f"p{i}" for i in range(n)])


@pytest.fixture(scope="module")
def run() -> Run:
    return coview.fit("simclr", pictures(), steps=4, encoder_options={"dim": 16}, **SMALL)


@pytest.fixture(scope="module")
def tuned(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "tuned"
    return coview.finetune(run, pictures(), label="kind", steps=40, out=str(out), **SMALL)


def test_a_finetuned_run_tells_the_classes_apart_and_stands_beside_the_random_network(tuned: Run) -> None:
    found = tuned.scores["finetune/image/kind"]["accuracy"]
    assert found["run"] > 0.9
    assert 0 <= found["random"] <= 1
    assert tuned.verdict is None
    assert tuned.folder is not None
    assert (tuned.folder / "scores.json").is_file()
    assert not (tuned.folder / "verdict.json").exists()


def test_predictions_of_the_folder_are_those_that_were_scored(tuned: Run, tmp_path: Path) -> None:
    data = pictures()
    assert tuned.folder is not None
    table = pq.read_table(coview.predict(tuned.folder, data).save(tmp_path / "p.parquet"))
    assert table.column_names == ["id", "name", "class", "probability", "probabilities", "kind", "size", "one"]
    assert b'["bottom", "middle", "top"]' in table.schema.metadata[b"coview.classes"]
    each = np.array(table["probabilities"].to_pylist())
    assert np.allclose(each.sum(1), 1, atol=1e-5)
    assert np.allclose(each.max(1), table["probability"])
    names = np.array(["bottom", "middle", "top"])
    assert names[each.argmax(1)].tolist() == table["class"].to_pylist()
    rows = plan_finetune(tuned, data, label="kind", steps=1).task.held_out.numpy()
    right = accuracies(np.array(table["class"].to_pylist())[rows], np.array(table["kind"].to_pylist())[rows])
    assert right["accuracy"] == tuned.scores["finetune/image/kind"]["accuracy"]["run"]


def test_what_is_absent_has_no_class(tuned: Run) -> None:
    picture = np.zeros((12, 12, 3), np.uint8)
    found = coview.predict(tuned, {"image": [[picture, None], [None, None], [picture, picture]], "text": ["a"] * 3})
    assert len(found) == 2  # the sample of which nothing is there is left out
    assert np.isfinite(found.values["probabilities"]).all()


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_leaves_the_encoder_as_it_is(run: Run, frozen: bool) -> None:
    found = coview.finetune(run, pictures(), label="kind", frozen=frozen, steps=2, evaluate=False, **SMALL)
    before = run.method.slot_encoders()["image"].net.state_dict()
    after = found.method.slot_encoders()["image"].net.state_dict()
    assert all(torch.equal(before[n], t) for n, t in after.items()) is frozen
    assert isinstance(found.method, Classifier)
    assert not found.scores


def test_a_smaller_share_of_labels_is_a_part_of_a_larger_one(run: Run) -> None:
    data, met = pictures(300), []
    for share in (1.0, 0.5, 0.2, 0.001):
        task = plan_finetune(run, data, label="kind", label_share=share, steps=1).task
        kinds = torch.bincount(task.codes[task.train])
        met.append((set(task.train.tolist()), kinds))
    whole = met[0][1]
    for (larger, _), (smaller, kinds), share in zip(met, met[1:], (0.5, 0.2, 0.001)):
        assert smaller < larger
        assert kinds.tolist() == [max(1, round(share * int(n))) for n in whole]


def test_nobody_trains_on_what_is_scored(run: Run) -> None:
    task = plan_finetune(run, pictures(), label="kind", steps=1).task
    assert not set(task.train.tolist()) & set(task.held_out.tolist())
    assert task.part == "valid"


def test_held_out_samples_of_classes_that_nobody_trains_on_are_counted_and_left_out(run: Run) -> None:
    data = coview.embed(run, pictures(20)).data
    data.labels["kind"] = np.array(["a"] * 8 + ["b"] * 7 + ["new"] * 2 + [None] * 3, dtype=object)
    rows = {"train": torch.arange(12), "valid": torch.arange(12, 20)}
    task = labelled_task(run, data, rows, label="kind", slot=None, share=1.0)
    assert task.classes == ["a", "b"]
    assert task.held_out.tolist() == [12, 13, 14]
    assert task.left_out == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"label": "sort"}, "has no label 'sort'; it has kind, size, one"),
        ({"label": "size"}, "'size' is a quantity"),
        ({"label": "one"}, "fewer than two classes"),
        ({"label": "kind", "label_share": 1.5}, "--label-share"),
        ({"label": "kind", "slot": "sound"}, "no slot 'sound'"),
        ({"label": "kind", "colour": 3}, "no option 'colour'"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_one_sentence(run: Run, asked: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        coview.finetune(run, pictures(), **asked)  # type: ignore[arg-type]


def test_the_only_label_need_not_be_named(run: Run) -> None:
    assert plan_finetune(run, pictures(), steps=1).task.label == "kind"


def test_a_method_that_embeds_predicts_nothing_and_says_what_would(run: Run) -> None:
    with pytest.raises(UserError, match=r"simclr predicts nothing.*coview finetune"):
        coview.predict(run, pictures())


def test_a_finetuned_run_is_finetuned_again_and_embeds(tuned: Run) -> None:
    again = coview.finetune(tuned, pictures(), label="kind", steps=1, evaluate=False, **SMALL)
    assert again.config.encoder_from == {"image": str(tuned.folder)}
    assert coview.embed(tuned, pictures(5)).array().shape == (5, 64)
