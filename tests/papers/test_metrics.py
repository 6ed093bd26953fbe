"""Metrics of claims that read more than a protocol's one number."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from coview.data.source import Column, Data, Source
from coview.engine.fit import fit_data
from coview.engine.run import Run
from coview.errors import UserError
from coview.evaluate import supervised
from coview.papers.arms import Bench
from coview.papers.claim import Arm
from coview.papers.metrics import embedding_metric, finetuned_metric, protocol_metric, references


def shades() -> Source:
    random = np.random.default_rng(0)
    shade = np.arange(120) % 3
    pictures = (60 * shade[:, None, None] + random.integers(0, 90, (120, 8, 8))).astype(np.uint8)
    known = np.array([None if i % 10 == 9 else int(s) for i, s in enumerate(shade)], dtype=object)
    split = ["train"] * 60 + ["valid"] * 30 + ["test"] * 30
    names = [str(i) for i in range(120)]
    return Source("shades", {"image": Column("image", [[p] for p in pictures])}, names, {"shade": known}, split=split)


@pytest.fixture(scope="module")
def trained() -> tuple[Run, Data, dict[str, torch.Tensor]]:
    options = {"batch_size": 16, "modality": {"image": {"size": 8}}, "encoder_options": {"dim": 16}, "precision": "32"}
    bench, arm = Bench(), Arm("cmc", shades, (), {**options, "dim": 4}, steps=2)
    data, rows, train = bench.prepare(arm)
    config = bench.config(arm, steps=2, lr=1e-3, seed=0)
    return fit_data(config, data, {"train": train, "valid": rows["valid"]}), data, rows


def test_probes_of_embeddings_read_what_the_method_keeps_and_others_its_encoder(trained, monkeypatch):
    run, data, rows = trained
    read: list[int] = []
    keep = type(run.method).embed
    monkeypatch.setattr(type(run.method), "embed", lambda self, batch: (read.append(1), keep(self, batch))[1])
    for metric, asked in ((embedding_metric, True), (protocol_metric, False)):
        read.clear()
        metric("knn/image/shade", "accuracy").score(run, data, rows)
        assert bool(read) is asked


def test_references_of_an_embedding_are_the_raw_input_and_the_untrained_methods(trained):
    run, data, rows = trained
    metric = embedding_metric("knn/image/shade", "accuracy")
    untrained = dataclasses.replace(run, method=run.random_method())
    assert references(run, data, rows, metric)["random"] == metric.score(untrained, data, rows)[0]


def test_fine_tuning_reads_as_many_labels_as_told_and_leaves_the_run_as_it_was(trained):
    run, data, rows = trained
    before = {name: value.clone() for name, value in run.method.state_dict().items()}
    score, how = finetuned_metric("image", "shade", 5, steps=60, lrs=(4e-3,)).score(run, data, rows)
    assert how["labelled"] == 15
    assert how["scored"] == 27  # three of thirty have no label
    assert score > 0.6
    for name, value in run.method.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_fine_tuning_changes_only_the_parameters_named(trained, monkeypatch):
    run, data, rows = trained
    kept = []
    fit = supervised.train_supervised
    monkeypatch.setattr(supervised, "train_supervised", lambda *a, **how: (kept.append(fit(*a, **how)), kept[-1])[1])
    before = dict(run.method.slot_encoders()["image"].named_parameters())
    last = list(before)[-1]
    finetuned_metric("image", "shade", 5, steps=3, learned=(last,)).score(run, data, rows)
    after = dict(kept[0].encoder.named_parameters())
    assert [name for name in before if not torch.equal(before[name], after[name])] == [last]
    assert all(value.requires_grad for value in before.values())


def test_the_rate_of_fine_tuning_is_chosen_on_the_validation_part(trained, monkeypatch):
    run, data, rows = trained
    shade = torch.tensor([-1 if s is None else s for s in data.labels["shade"]])
    right = {1e-3: rows["test"], 2e-3: rows["valid"]}

    def logits(run, data, slot, label, learnt, asked, *, lr, **how):
        told = torch.where(torch.isin(asked, right[lr]), shade[asked], (shade[asked] + 1) % 3)
        return torch.nn.functional.one_hot(told, 3).double()

    monkeypatch.setattr("coview.papers.metrics.finetuned_logits", logits)
    metric = finetuned_metric("image", "shade", 5, lrs=(1e-3, 2e-3))
    score, how = metric.score(run, data, rows)
    assert (score, how["lr"]) == (0.0, 2e-3)
    assert metric.score(run, data, {n: at for n, at in rows.items() if n != "test"})[0] == 1.0


def test_fine_tuning_is_not_scored_where_one_class_is_left(trained):
    run, data, rows = trained
    one = rows["test"][torch.from_numpy(data.labels["shade"][rows["test"].numpy()] == 1)]
    with pytest.raises(UserError, match="shade has fewer than two classes among the 9 samples of the test part"):
        finetuned_metric("image", "shade", 5).score(run, data, {**rows, "test": one})
