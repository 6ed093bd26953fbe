"""Equal compute: what is equal is equal, and references are told apart from methods."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from coview.data.arrays import from_arrays
from coview.data.source import Source
from coview.engine.config import FitConfig
from coview.engine.flops import WITHIN
from coview.engine.signals import Interrupt
from coview.errors import UserError
from coview.evaluate.scores import Scores
from coview.use.compare import Comparison, compare


def pictures(n: int = 60) -> Source:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, n)
    values = rng.integers(0, 90, (n, 8, 8, 3)).astype(np.uint8)
    values[kind == 1, :4] += 150
    return from_arrays(image=values, labels={"kind": kind})


def config(**budget: Any) -> FitConfig:
    return FitConfig("", batch_size=16, encoder_options={"dim": 16}, threads=1, precision="32", **budget)


def test_equal_flops_gives_the_cheaper_method_more_steps() -> None:
    found = compare(["poly-view", "simclr"], config(steps=25), pictures(), equal="flops")
    poly, simclr = found.steps["poly-view"][0], found.steps["simclr"][0]
    assert poly == 25
    assert simclr > 30
    totals = [found.flops[m][0] for m in ("poly-view", "simclr")]
    assert abs(totals[1] / totals[0] - 1) <= WITHIN
    assert {"raw", "random"} <= set(found.scores)


def test_only_the_protocols_and_labels_that_are_asked_for_are_scored() -> None:
    found = compare(["vicreg", "simclr"], config(steps=2), pictures(), protocols=["knn"], labels=["kind"])
    assert {m.split(" ")[0] for m in found.metrics} == {"knn/image/kind"}
    with pytest.raises(UserError, match="knn"):
        compare(["vicreg", "simclr"], config(steps=2), pictures(), protocols=["nkk"])


def test_a_budget_too_small_to_be_matched_names_one_that_is_not() -> None:
    found = compare(["simclr", "poly-view"], config(steps=1), pictures(), equal="flops")
    assert list(found.verdicts) == ["simclr"]
    named = float(found.failed["poly-view"].split("a budget of ")[1].removesuffix(" times as much would do"))
    assert named > 1
    enough = compare(["simclr", "poly-view"], config(steps=math.ceil(named)), pictures(), equal="flops")
    assert not enough.failed


def test_equal_minutes_of_the_first_become_steps_for_its_other_seeds() -> None:
    found = compare(["simclr", "vicreg"], config(minutes=0.01), pictures(), equal="flops", seeds=2)
    assert len(set(found.steps["simclr"])) == 1


@pytest.mark.parametrize(
    ("equal", "budget", "said"),
    [
        ("time", {"steps": 3}, "--equal time needs a budget in --minutes"),
        ("steps", {"minutes": 1}, "--equal steps needs a budget in --steps or --epochs"),
        ("work", {"steps": 3}, "--equal is time, steps, flops; 'work' was given"),
    ],
)
def test_a_budget_that_cannot_be_equal_so_is_refused(equal: str, budget: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        compare(["simclr", "vicreg"], config(**budget), pictures(), equal=equal)


def test_references_are_those_of_the_first_method_that_has_them() -> None:
    found = Comparison()
    for name, random in (("one", 0.3), ("two", 0.9)):
        scores = Scores()
        scores.add("knn/a/b", {"run": {"accuracy": 0.5}, "random": {"accuracy": random}, "raw": {"accuracy": 0.1}}, {})
        found.add(name, scores)
    assert found.scores["random"] == {"knn/a/b accuracy": [0.3]}
    assert found.scores["two"] == {"knn/a/b accuracy": [0.5]}


def test_a_comparison_that_is_stopped_scores_what_was_finished_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal ends the run under way; the cut run is not a row, and nothing after it begins."""
    enter, entered = Interrupt.__enter__, []

    def asked_in_the_second(self: Interrupt) -> Interrupt:
        entered.append(self)
        enter(self).asked = "SIGTERM" if len(entered) == 2 else None
        return self

    monkeypatch.setattr(Interrupt, "__enter__", asked_in_the_second)
    found = compare(["simclr", "vicreg", "barlow-twins"], config(steps=3), pictures(), protocols=["knn"])
    assert len(entered) == 2
    assert {name: len(said) for name, said in found.verdicts.items()} == {"simclr": 1}
    assert found.failed.keys() == {"vicreg", "barlow-twins"}
    assert found.stopped
    assert "stopped after 1 of the steps of vicreg" in found.failed["barlow-twins"]
