"""How fast every modality's small encoder learns, and one pass over a large graph.

    python benchmarks/speeds.py
    python benchmarks/speeds.py --modalities series,events --seconds 5

Each row trains SimCLR with the modality's default encoder at its default size on its catalog data: samples a second of
whole steps, and the share of a step that reading, batching and drawing views take. The last row trains MAE on the nodes
of Debian's package graph, every node once, neighbourhoods sampled as it goes: seconds, and memory above the process
before it read the graph. Every round runs in a process of its own; of modalities, the medians of three are told.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

import torch
from matrix import TASKS
from record import ROOT, circumstances, rss, save

from coview.data import catalog
from coview.engine.config import FitConfig
from coview.engine.devices import physical_cores
from coview.engine.trainer import Trainer
from coview.nn.encoder import Encoder
from coview.use.train import prepare

GOALS = {"samples/s": 300, "data and views": 0.15, "epoch seconds": 60, "GiB": 2.0}
GRAPH = "nodes of a large graph"


def modality(name: str, seconds: float) -> dict[str, Any]:
    """One modality's row."""
    task = TASKS[name]
    config = FitConfig("simclr", data=task.data, slots=[task.slot], steps=1_000_000)
    ready = prepare(config, catalog.whole(task.data))
    trainer = Trainer(config, ready.data, ready.rows["train"], torch.arange(0))
    for _ in range(3):
        trainer.advance()
    trainer.watch.seconds.clear()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        trainer.advance()
        steps += 1
    wall = time.perf_counter() - start
    spent = trainer.watch.shares()
    batch = min(config.batch_size, len(ready.rows["train"]))
    return {
        "data": task.data,
        "encoder": next(m.name for m in trainer.method.modules() if isinstance(m, Encoder)),
        "samples/s": round(steps * batch / wall, 1),
        "data and views": round(spent.get("data", 0.0) + spent.get("views", 0.0), 4),
        "shares": {name: round(share, 4) for name, share in spent.items()},
        "steps": steps,
    }


def graph() -> dict[str, Any]:
    """One epoch of masked node features over Debian's packages."""
    before = rss()
    config = FitConfig("mae", data="debian", slots=["package"], epochs=1)
    source = catalog.whole("debian")
    ready = prepare(config, source)
    every = torch.cat([ready.rows[part] for part in ready.rows])
    trainer = Trainer(config, ready.data, every, torch.arange(0))
    start = time.perf_counter()
    run = trainer.run()
    seconds = time.perf_counter() - start
    return {
        "data": "debian",
        "release": source.about["release"],
        "sha256": source.about["sha256"],
        "nodes": len(every),
        "steps": run.steps,
        "epoch seconds": round(seconds, 1),
        "GiB": round((rss(peak=True) - before) / 2**30, 2),
        "shares": {name: round(share, 4) for name, share in trainer.watch.shares().items()},
    }


def _round(name: str, seconds: float) -> dict[str, Any]:
    """One row, measured in a process of its own."""
    command = [sys.executable, __file__, "--only", name, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians of some rounds, and what each round said of the two numbers that have goals."""
    if len(found) == 1:
        return found[0]
    rounds = {name: [row[name] for row in found] for name in ("samples/s", "data and views")}
    shares = {name: round(median(row["shares"].get(name, 0.0) for row in found), 4) for name in found[0]["shares"]}
    return {**found[0], **{name: median(values) for name, values in rounds.items()}, "shares": shares, "rounds": rounds}


def main() -> None:
    """Prints and keeps every row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modalities", default=",".join([*TASKS, GRAPH]))
    parser.add_argument("--seconds", type=float, default=10.0, help="of training, each modality (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="of each modality, whose medians are told (default 3)")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--out")
    asked = parser.parse_args()
    if asked.only:
        torch.set_num_threads(physical_cores())
        print(json.dumps(graph() if asked.only == GRAPH else modality(asked.only, asked.seconds)))
        return
    load, rows = os.getloadavg(), {}
    for name in asked.modalities.split(","):
        found = [_round(name, asked.seconds) for _ in range(1 if name == GRAPH else asked.rounds)]
        failed = [row for row in found if "failed" in row]
        rows[name] = failed[0] if failed else _middle(found)
        print(f"{name:12}", {k: v for k, v in rows[name].items() if k != "shares"}, flush=True)
    print(save("speeds", {"goals": GOALS, "rows": rows, **circumstances(load, physical_cores())}, asked.out))


if __name__ == "__main__":
    main()
