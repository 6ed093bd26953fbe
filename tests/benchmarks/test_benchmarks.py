"""The benchmarks run, at their smallest, and say what they claim to."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from coview.data.source import Column, Source
from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.wiring import Wiring

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path, name, *words):
    out = tmp_path / "out.json"
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *words, "--threads", "1", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return json.loads(out.read_text())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="resident memory is read from /proc")
def test_memory_compares_equal_gradients(tmp_path):
    found = run(tmp_path, "memory", "--samples", "16", "--equal", "16", "--chunk", "4")
    assert found["peak above idle"] > 0
    assert found["equality"][0]["relative difference of the gradient"] < 1e-4
    assert found["equality"][1]["relative difference of the gradient"] < 1e-10


def test_throughput_pairs_coview_with_its_limit(tmp_path):
    found = run(tmp_path, "throughput", "--quick", "--methods", "byol", "--encoders", "conv")
    row = found["rows"][0]
    assert row["share of the limit"] == pytest.approx(row["samples/s"]["coview"] / row["samples/s"]["limit"])
    assert sum(row["time of coview"].values()) == pytest.approx(1.0)


def test_a_budget_lets_in_methods_whose_steps_are_dear(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from compared import enough

    assert enough(1.0, [4.0, 0.5], 104) == 104
    steps = enough(1.0, [10.3, 16.0], 104)
    assert steps > 104
    assert all(abs(round(steps / each) * each / steps - 1) <= 0.02 for each in (10.3, 16.0))
    assert not any(
        all(abs(round(fewer / each) * each / fewer - 1) <= 0.02 for each in (10.3, 16.0)) for fewer in range(104, steps)
    )


@pytest.fixture
def ring():
    """Sixty nodes, each beside two."""
    nodes = np.arange(60)
    wiring = Wiring.of(np.ones((60, 1)), np.stack([nodes, (nodes + 1) % 60]))
    return Source(
        "ring", {"node": Column("graph", [[NodeOf(wiring, i)] for i in nodes])}, names=[str(i) for i in nodes]
    )


def test_node2vec_walks_from_every_node_as_often_as_asked_or_until_the_time_is_up(ring, monkeypatch):
    pytest.importorskip("gensim")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import peer_geometric

    monkeypatch.setattr(peer_geometric, "SLICE", 7)
    found, parameters, set_to = peer_geometric.node2vec(ring, np.arange(60), 0, 0.1, 0.0, walks=3)
    assert found.shape == (60, 64)
    assert parameters == found.size
    assert set_to["walks a node"] == 3
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert (found * np.roll(found, 1, 0)).sum(1).mean() > (found * np.roll(found, 30, 0)).sum(1).mean()
    spent = -time.process_time()
    peer_geometric.node2vec(ring, np.arange(60), 0, 0.1, 0.5)
    assert 0.5 <= spent + time.process_time() < 1
