"""Samples made for claims from graphs."""

from __future__ import annotations

import pytest
import torch

from coview.batch import Batch
from coview.papers import graphs
from tests.data.catalog.real import real
from tests.modalities.graph.made import people, town


def test_stored_features_are_a_nodes_own_before_any_scaling() -> None:
    _, batch = people(town(), [3, 5])
    found = graphs.stored_features(Batch({"package": batch["thing"]}, batch.ids, batch.key))["package"]["package"]
    assert torch.equal(found.values[:, 0], town().x[[3, 5]])
    assert found.present.all()


@pytest.mark.data
def test_a_cluster_tells_of_the_packages_whose_section_may_not_be_learned_from() -> None:
    pytest.importorskip("pymetis")
    real("debian")
    source = graphs.labelled_packages()
    assert source.split is not None
    told: list[dict] = [row for (row,) in source.columns["told"].items]  # type: ignore[misc]
    learnt = [part == "train" and row["section"] is not None for row, part in zip(told, source.split, strict=True)]
    assert 0 < sum(learnt) < source.split.count("train") / 4
    assert [row["cluster"] is None for row in told] == learnt
    assert None not in [row["partition"] for row in told]
