"""Every method by modality at equal training FLOPs: what `coview compare` says of each modality's data.

    python benchmarks/compared.py
    python benchmarks/compared.py --modalities series,events

On each modality's data, and on two sets that join modalities, every method that there is trains with its default
options, on batches of 64, until it has done the arithmetic of a number of SimCLR's steps that takes one core about ten
seconds, with one seed, and is scored beside the raw input and an untrained encoder. There are as many of these steps as
every method needs to come within 2 % by whole steps of its own. So short a training ranks nothing finally: the table
says what runs where, that it is healthy, what it costs, and where it stands after the same work. A method that does not
run is on record with what it said. Methods on record are not run again unless --again; those that are added do the work
on record.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from typing import Any

import torch
from record import ROOT, circumstances
from tasks import JOINED, TASKS, Task, some

from coview.data import catalog
from coview.data.open import open_source
from coview.data.source import Source
from coview.data.split import split
from coview.engine.config import FitConfig
from coview.engine.flops import WITHIN, flops_of_step, matching_steps
from coview.errors import RunFailed, UserError
from coview.methods.registry import method_modules
from coview.use.compare import compare
from coview.use.train import prepare

ALL = TASKS | JOINED
PATH = ROOT / "results" / "compared.json"
FIRST = "simclr"
MOST = {"train": 2_000, "valid": 400, "test": 800}
BATCH = 64
"""Samples a step, a quarter of SimCLR's own number."""
LEAST = 104
"""Steps of SimCLR at least: of so many, a method whose steps cost four times as much has a number within 2 %."""
SHARE = 1 / 3
"""Of the steps of SimCLR's own size that take two minutes."""


def main() -> None:
    """Compares on each modality the methods that are not on record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modalities", type=lambda text: text.split(","), default=list(ALL))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    for modality in asked.modalities:
        known = {} if asked.again or not PATH.exists() else json.loads(PATH.read_text()).get(modality, {})
        done = {row["method"] for row in known.get("rows", [])} | known.get("left out", {}).keys()
        todo = [name for name in method_modules() if name not in done and name != FIRST]
        if todo:
            print(f"{modality}: {ALL[modality].data}", flush=True)
            slots = None if modality in JOINED else [ALL[modality].slot]
            steps = known.get("steps of the first")
            _record(modality, _compared(ALL[modality], slots, [FIRST, *todo], steps, asked.threads), known)


def enough(first: float, others: Iterable[float], least: int) -> int:
    """The fewest steps of the first method, no fewer than `least`, that each of the others comes within 2 % of.

    Args:
        first: FLOPs of a step of the first method.
        others: FLOPs of a step of each of the others.
        least: steps.
    """

    def near(total: float, each: float) -> bool:
        return abs(matching_steps(total, each) * each / total - 1) <= WITHIN

    costs = [*others]
    return next(steps for steps in count(least) if all(near(steps * first, each) for each in costs))


def _compared(
    task: Task, slots: list[str] | None, methods: list[str], steps: int | None, threads: int
) -> dict[str, Any]:
    load, source = os.getloadavg(), _source(task)
    config = FitConfig("", slots=slots, steps=LEAST, batch_size=BATCH, threads=threads)
    if steps is None:
        first, *others = _costs(config, source, methods)
        steps = enough(first, others, max(LEAST, round(task.steps[0] * SHARE)))
    found = compare(
        methods,
        dataclasses.replace(config, steps=steps),
        source,
        equal="flops",
        protocols=[task.protocol],
        labels=None if task.label is None else [task.label],
        tell=lambda line: print(f"  {line}", flush=True),
    )
    if found.stopped:
        raise SystemExit(f"{task.data}: stopped, and not recorded")
    told = {"data": task.data, "score": f"{task.protocol}/{task.what} {task.metric}", "steps of the first": steps}
    return told | {"rows": found.rows(), "left out": found.failed, "circumstances": [circumstances(load, threads)]}


def _costs(config: FitConfig, source: Source, methods: list[str]) -> list[float]:
    """FLOPs of a step of each method that can be built."""
    found = []
    for name in methods:
        with suppress(UserError, RunFailed):
            ready = prepare(dataclasses.replace(config, method=name), source)
            found.append(flops_of_step(dataclasses.replace(config, method=name), ready.data, ready.rows["train"]))
    return found


def _source(task: Task) -> Source:
    """Some of each part of a task's samples, the parts as they are."""
    source = open_source(catalog.whole(task.data))
    drawn = {part: some(part, rows, source, task, MOST) for part, rows in split(source, seed=0).items()}
    parts = [part for part, rows in drawn.items() for _ in rows]
    return dataclasses.replace(source.rows(torch.cat([*drawn.values()])), split=parts)


def _record(modality: str, found: dict[str, Any], known: dict[str, Any]) -> None:
    """Puts a modality's rows into the file, beside those that were there."""
    kept = known.get("rows", [])
    there = {row["method"] for row in kept}
    rows = [*kept, *(row for row in found["rows"] if row["method"] not in there)]
    cells = json.loads(PATH.read_text()) if PATH.exists() else {}
    left_out = known.get("left out", {}) | found["left out"]
    times = [*known.get("circumstances", []), *found["circumstances"]]
    cells[modality] = found | {"rows": rows, "left out": left_out, "circumstances": times}
    PATH.write_text(json.dumps({name: cells[name] for name in ALL if name in cells}, indent=1) + "\n")


if __name__ == "__main__":
    main()
