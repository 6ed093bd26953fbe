"""Samples made for claims from graphs."""

from __future__ import annotations

import pytest

from coview.papers import graphs
from tests.data.catalog.real import real


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
