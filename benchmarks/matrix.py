"""Methods by modalities: whether each learns more than its untrained encoder knows.

    python benchmarks/matrix.py
    python benchmarks/matrix.py --modalities series,events --methods simclr --seeds 1 --held-in

Every cell trains a method with its default options for the same time on one modality's catalog data, three seeds, and
scores it on that data's own label, beside the encoder before training and the raw input. A cell is above its random
encoder when every seed is and the mean difference exceeds its deviation: the rule of claims. Cells are written one by
one; those on record are not run again unless --again. With --held-in nothing is written and the test part is not
touched: for work on a method, the validation part is scored in its place.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np
import torch
from record import ROOT, circumstances
from torch import Tensor

from coview.data.source import Data
from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.errors import RunFailed, UserError
from coview.evaluate.evaluate import evaluate
from coview.papers.verdict import judge
from coview.use.train import prepare

PATH = ROOT / "results" / "matrix.json"
METHODS = ("simclr", "vicreg", "barlow-twins", "mae", "data2vec")
MOST = {"train": 20_000, "valid": 2_000, "test": 5_000}
"""Samples of each part that are read; of larger sets, drawn once by a fixed seed."""


@dataclass(frozen=True)
class Task:
    """What a modality is tried on.

    Args:
        data: a catalog name.
        slot: the slot that is learned from.
        protocol: of `coview evaluate`.
        metric: of the protocol, higher being better.
        label: the label column; none for a protocol without labels.
    """

    data: str
    slot: str
    protocol: str
    metric: str
    label: str | None = None

    @property
    def key(self) -> str:
        """As scores have it."""
        what = f"{self.slot}-{self.slot}" if self.label is None else f"{self.slot}/{self.label}"
        return f"{self.protocol}/{what}"


TASKS = {
    "image": Task("fashion-mnist", "image", "knn", "accuracy", "class"),
    "text": Task("debian", "description", "knn", "accuracy", "section"),
    "audio": Task("prompts", "speech", "retrieval", "R@1"),
    "video": Task("atari", "video", "state", "F1", "ram"),
    "series": Task("watch", "accelerometer", "knn", "accuracy", "exercise"),
    "events": Task("flights", "flights", "knn", "accuracy", "carrier"),
    "table": Task("letter", "table", "knn", "accuracy", "letter"),
    "graph": Task("molecules", "molecule", "ridge", "R2", "logP"),
    "points": Task("furniture", "shape", "knn", "accuracy", "category"),
    "volume": Task("mricron", "mri", "knn", "accuracy", "lobe"),
    "spectral": Task("satellite", "patch", "knn", "accuracy", "cover"),
}
"""Fixed before any test part was scored. Raw pixels say already which game is played: its memory is asked for."""


def main() -> None:
    """Runs the cells that are asked for and are not on record."""
    asked = _arguments()
    torch.set_num_threads(asked.threads)
    for modality in asked.modalities:
        task = TASKS[modality]
        todo = [m for m in asked.methods if asked.again or asked.held_in or (modality, m) not in _recorded()]
        if not todo:
            continue
        data, rows = _read(task, asked.held_in)
        print(f"{modality}: {task.data}, {', '.join(f'{len(r):,} {part}' for part, r in rows.items())}", flush=True)
        for method in todo:
            cell = _cell(modality, method, data, rows, asked)
            if not asked.held_in:
                _record(cell)


def _cell(modality: str, method: str, data: Data, rows: dict[str, Tensor], asked: argparse.Namespace) -> dict[str, Any]:
    task, load = TASKS[modality], os.getloadavg()
    cell: dict[str, Any] = {
        "modality": modality,
        "method": method,
        "data": task.data,
        "score": f"{task.key} {task.metric}",
    }
    cell |= {"samples": {part: len(r) for part, r in rows.items()}, "budget in seconds": asked.seconds}
    columns: dict[str, list[float | None]] = {"run": [], "random": [], "raw": []}
    beside: dict[str, list[Any]] = {"steps": [], "seconds": [], "samples/s": [], "verdict": []}
    for seed in range(asked.seeds):
        config = FitConfig(
            method,
            slots=[task.slot],
            minutes=asked.seconds / 60,
            seed=seed,
            threads=asked.threads,
        )
        try:
            run = fit_data(config, data, rows)
        except (UserError, RunFailed) as error:
            print(f"  {method}: {error}", flush=True)
            return cell | {"refused": str(error)}
        labels = None if task.label is None else [task.label]
        scores = evaluate(
            run.method, data, rows, protocols=[task.protocol], labels=labels, random=run.random_method(), raw=seed == 0
        )
        found = scores[task.key][task.metric]
        for column, values in columns.items():
            values.append(found[column])
        beside["steps"].append(run.steps)
        beside["seconds"].append(round(run.seconds, 1))
        beside["samples/s"].append(round(run.steps * min(config.batch_size, len(rows["train"])) / run.seconds, 1))
        beside["verdict"].append(run.verdict.status if run.verdict else "unknown")
    ours, random = ([v for v in columns[c] if v is not None] for c in ("run", "random"))
    gains = [a - b for a, b in zip(ours, random, strict=True)]
    outcome = str(judge(gains)) if len(gains) > 1 else "one seed"
    cell |= {"run": ours, "random": random, "raw": columns["raw"][0], "above random": outcome, **beside}
    print(
        f"  {method}: {mean(ours):.3f} against {mean(random):.3f}, raw {columns['raw'][0]}: {outcome}; "
        f"{beside['steps']} steps, {', '.join(beside['verdict'])}", flush=True,
    )  # fmt: skip
    return cell | {"circumstances": circumstances(load, asked.threads)}


def _read(task: Task, held_in: bool) -> tuple[Data, dict[str, Tensor]]:
    """The slot's samples, no more of each part than `MOST`; `test` is dropped where nothing of it may be seen."""
    config = FitConfig("simclr", data=task.data, slots=[task.slot], steps=1)
    ready = prepare(config, task.data)
    drawn = {part: _some(part, rows, ready.data, task) for part, rows in ready.rows.items()}
    if held_in:
        drawn.pop("test", None)
    return ready.data, drawn


def _some(part: str, rows: Tensor, data: Data, task: Task) -> Tensor:
    if task.label is not None and data.labels[task.label].dtype.kind == "f" and part != "train":
        rows = rows[torch.from_numpy(np.isfinite(data.labels[task.label][rows.numpy()]))]  # of few is the label known
    if len(rows) <= MOST[part]:
        return rows
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[: MOST[part]]
    return rows[order.sort().values]


def _recorded() -> dict[tuple[str, str], dict[str, Any]]:
    cells = json.loads(PATH.read_text()) if PATH.exists() else []
    return {(cell["modality"], cell["method"]): cell for cell in cells}


def _record(cell: dict[str, Any]) -> None:
    """Puts a cell into the file, which several programs may be writing to."""
    with PATH.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _recorded() | {(cell["modality"], cell["method"]): cell}
        order = sorted(found, key=lambda at: ([*TASKS].index(at[0]), [*METHODS, at[1]].index(at[1])))
        PATH.write_text(json.dumps([found[at] for at in order], indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--methods", type=words, default=list(METHODS))
    parser.add_argument("--modalities", type=words, default=list(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=40.0, help="of training, each arm (default 40)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="run cells that are on record too")
    parser.add_argument("--held-in", action="store_true", help="score the validation part, write nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
