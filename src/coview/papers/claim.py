"""A claim: a paper's central comparison as an experiment that runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from coview.batch import Batch, Embeddings
    from coview.data.source import Data, Source
    from coview.engine.run import Run

Score = Callable[["Run", "Data", dict[str, "Tensor"]], "tuple[float, dict[str, Any]]"]
"""(run, data, rows by part) -> the score, higher being better, and the protocol's details.

`test` is scored where it is among the parts, else `valid`: the same metric makes the choices and judges.
"""

Embed = Callable[["Batch"], "Embeddings"]
"""Samples -> what is said of them, as `Method.embed` has it."""


@dataclass(frozen=True)
class Metric:
    """What an arm is judged by, fixed in advance.

    Args:
        name: as the record and the table show it.
        score: computes it.
        plan: what identifies it beside the code of `score` (protocol, label, metric), as JSON.
    """

    name: str
    score: Score
    plan: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MeanRank:
    """How an arm stands among all arms by several metrics at once, whatever their units.

    For each metric, the share of the other arms that it is ahead of, of those level with it half; the mean of these:
    1 for the first of all by every metric, 0 for the last.

    Args:
        name: as the record and the table show it.
        of: names of metrics that every arm is scored by.
    """

    name: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: a `fit` call.

    Args:
        method: a method's name, or `file.py:Class`.
        data: builds the samples, alike every time.
        metrics: names of the claim's metrics that it is scored by; the first is what its learning rate is tuned by.
        options: of `fit`: fields of `FitConfig` or the method's own.
        steps: of training, for the arm that sets the compute of its group; the others give `like`.
        like: name of the arm whose training FLOPs it is given.
        pool: the training samples it learns from; default all that have the claim's slots.
        given: references of its own by name, beside `REFERENCES`: its samples as something else embeds them that was
            not trained. Its metrics are then protocols of `coview evaluate`.
    """

    method: str
    data: Callable[[], Source]
    metrics: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    like: str | None = None
    pool: Callable[[Data, Tensor], Tensor] | None = None
    given: Mapping[str, Embed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.like is None):
            raise ValueError("an arm has steps of its own or is given another's compute: one of steps and like")


REFERENCES = ("raw", "random")
"""What every score stands beside, and an arm can be held against: the raw input, and its own encoder before training.
"""


@dataclass(frozen=True)
class Comparison:
    """Who is claimed to beat whom.

    Args:
        better: the arm that the paper favours.
        worse: the arm it is held against, or a reference: one of `REFERENCES` or of those given of `better`.
        metric: by which.
        margin: what it may fall short by where the claim is to match (see `verdict.judge`).
    """

    better: str
    worse: str
    metric: str
    margin: float = 0.0


@dataclass(frozen=True)
class Claim:
    """A paper's central comparison.

    Args:
        statement: the directional claim that is tried, in one sentence.
        metrics: what is measured.
        arms: by name.
        comparisons: all of which must come out for the claim to hold.
        seeds: at least three.
        grid: peak learning rates that every arm is offered, ascending, on the validation split with the first seed;
            it goes on from them where its best is the lowest or the highest (`tuning.tune`). One alone tunes nobody.
        note: what a reader must know of the set-up, or the reason found for an outcome.
        ranks: what is measured besides, once every arm has its scores.
    """

    statement: str
    metrics: tuple[Metric, ...]
    arms: Mapping[str, Arm]
    comparisons: tuple[Comparison, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    grid: tuple[float, ...] = (1e-3, 4e-3)
    note: str = ""
    ranks: tuple[MeanRank, ...] = ()

    def metric(self, name: str) -> Metric:
        """The metric of a name."""
        return next(m for m in self.metrics if m.name == name)


def claim_keys() -> list[str]:
    """Papers with a claim: the files of `claims/`, by key."""
    here = Path(__file__).parent / "claims"
    return sorted(p.stem.replace("_", "-") for p in here.glob("*.py") if p.stem != "__init__")


def claim_of(key: str, scale: str = "small") -> Claim:
    """A paper's claim at a scale.

    Raises:
        UserError: there is no claim for this key, or no such scale.
    """
    known = claim_keys()
    if key not in known:
        near = get_close_matches(key, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise UserError(f"no claim can be run for {key!r}; {hint}")
    if scale not in SCALES:
        raise UserError(f"--scale is {' or '.join(SCALES)}; {scale!r} was given")
    module = importlib.import_module(f"coview.papers.claims.{key.replace('-', '_')}")
    return module.claim(SCALES[scale])


def note_of(key: str) -> str:
    """What a reader must know of a record: the claim's note as it stands, which explains what came out."""
    return claim_of(key).note if key in claim_keys() else ""


SCALES = {"small": 1, "full": 10}
"""Scale -> how many times the steps of the small one."""
