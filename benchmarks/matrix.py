"""Methods by modalities: whether each learns more than its untrained encoder knows.

    python benchmarks/matrix.py
    python benchmarks/matrix.py --modalities series,events --methods simclr --seeds 1 --held-in
    python benchmarks/matrix.py --modalities audio --methods mae --longer 2.5

Every cell trains a method with its default options on one modality's catalog data, for a number of steps that is about
a minute of two cores, with three seeds, and scores it on that data's own label, beside the encoder before training
and the raw input. Steps and not seconds are given, so that a busy machine changes nothing; the seconds that the
processor worked are on record. A cell is above its random encoder when every seed is and the mean difference exceeds
its deviation: the rule of claims. Classes are read by the linear probe, as the papers of the five methods have it; the
nearest neighbours' accuracy stands beside it and decides nothing.

Cells are written one by one; those on record are not run again unless --again. With --longer N, cells train N times as
long and go into a record of their own: whether time is what a cell lacks. With --held-in nothing is written and the
test part is not touched: for work on a method, the validation part is scored in its place.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import time
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from record import ROOT, circumstances
from tasks import TASKS, Task, some
from torch import Tensor

from coview.data import catalog
from coview.data.source import Data
from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.engine.run import Run
from coview.errors import RunFailed, UserError
from coview.evaluate.evaluate import evaluate
from coview.papers.verdict import judge
from coview.use.train import prepare

METHODS = ("simclr", "vicreg", "barlow-twins", "mae", "data2vec")


def main() -> None:
    """Runs the cells that are asked for and are not on record."""
    asked = _arguments()
    path = ROOT / "results" / ("matrix.json" if asked.longer == 1 else "matrix-longer.json")
    torch.set_num_threads(asked.threads)
    for modality in asked.modalities:
        task = TASKS[modality]
        todo = [m for m in asked.methods if asked.again or asked.held_in or (modality, m) not in _recorded(path)]
        if not todo:
            continue
        data, rows = _read(task, asked.held_in)
        print(f"{modality}: {task.data}, {', '.join(f'{len(r):,} {part}' for part, r in rows.items())}", flush=True)
        for method in todo:
            cell = _cell(modality, method, data, rows, asked)
            if not asked.held_in:
                _record(cell, path)


def _cell(modality: str, method: str, data: Data, rows: dict[str, Tensor], asked: argparse.Namespace) -> dict[str, Any]:
    task, load = TASKS[modality], os.getloadavg()
    cell: dict[str, Any] = {"modality": modality, "method": method, "data": task.data}
    cell |= {"samples": {part: len(r) for part, r in rows.items()}}
    found: dict[str, dict[str, list[Any]]] = {}
    told: dict[str, list[Any]] = {"steps": [], "processor seconds": [], "verdict": []}
    for seed in range(asked.seeds):
        steps = round(task.steps[{"mae": 1, "data2vec": 2}.get(method, 0)] * asked.longer)
        config = FitConfig(method, slots=[task.slot], steps=steps, seed=seed, threads=asked.threads)
        start = time.process_time()
        try:
            run = fit_data(config, data, rows)
        except (UserError, RunFailed) as error:
            print(f"  {method}: {error}", flush=True)
            return cell | {"refused": str(error)}
        told["processor seconds"].append(round(time.process_time() - start, 1))
        told["steps"].append(run.steps)
        told["verdict"].append(run.verdict.status if run.verdict else "unknown")
        for name, columns in _scores(task, run, data, rows, raw=seed == 0).items():
            for column, value in columns.items():
                found.setdefault(name, {}).setdefault(column, []).append(value)
    name, *beside = found
    ours, random = ([v for v in found[name][c] if v is not None] for c in ("run", "random"))
    gains = [a - b for a, b in zip(ours, random, strict=True)]
    outcome = str(judge(gains)) if len(gains) > 1 else "one seed"
    cell |= {"score": name, "run": ours, "random": random, "raw": found[name]["raw"][0], "above random": outcome}
    cell |= {"beside": {n: {**found[n], "raw": found[n]["raw"][0]} for n in beside}, **told}
    print(
        f"  {method}: {name} {mean(ours):.3f} against {mean(random):.3f}, raw {cell['raw']}: {outcome}; "
        f"{told['steps'][0]} steps, {told['processor seconds']} s, {', '.join(told['verdict'])}; "
        + "; ".join(f"{n} {np.mean(found[n]['run']):.3f} against {np.mean(found[n]['random']):.3f}" for n in beside),
        flush=True,
    )
    return cell | {"circumstances": circumstances(load, asked.threads)}


def _scores(task: Task, run: Run, data: Data, rows: dict[str, Tensor], raw: bool) -> dict[str, dict[str, float | None]]:
    """Column -> value of each protocol's score, by its name; the one that decides comes first."""
    labels = None if task.label is None else [task.label]
    scores = evaluate(
        run.method, data, rows, protocols=task.protocols, labels=labels, random=run.random_method(), raw=raw
    )
    return {f"{p}/{task.what} {task.metric}": scores[f"{p}/{task.what}"][task.metric] for p in task.protocols}


def _read(task: Task, held_in: bool) -> tuple[Data, dict[str, Tensor]]:
    """The slot's samples, no more of each part than `MOST`; `test` is dropped where nothing of it may be seen."""
    config = FitConfig("simclr", data=task.data, slots=[task.slot], steps=1)
    ready = prepare(config, catalog.whole(task.data))
    drawn = {part: some(part, rows, ready.data, task) for part, rows in ready.rows.items()}
    if held_in:
        drawn.pop("test", None)
    return ready.data, drawn


def _recorded(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    cells = json.loads(path.read_text()) if path.exists() else []
    return {(cell["modality"], cell["method"]): cell for cell in cells}


def _record(cell: dict[str, Any], path: Path) -> None:
    """Puts a cell into the file, which several programs may be writing to."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _recorded(path) | {(cell["modality"], cell["method"]): cell}
        order = sorted(found, key=lambda at: ([*TASKS].index(at[0]), [*METHODS, at[1]].index(at[1])))
        path.write_text(json.dumps([found[at] for at in order], indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--methods", type=words, default=list(METHODS))
    parser.add_argument("--modalities", type=words, default=list(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--longer", type=float, default=1.0, help="times the steps, into a record of its own")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="run cells that are on record too")
    parser.add_argument("--held-in", action="store_true", help="score the validation part, write nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
