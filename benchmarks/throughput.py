"""Samples a second: coview, the bare networks, lightly and stable-pretraining, paired in one run.

    python benchmarks/throughput.py
    python benchmarks/throughput.py --methods simclr --encoders conv --seconds 8
    python benchmarks/throughput.py --quick

All see the same uint8 pictures, networks, batch and precision. Short segments alternate (A B C A B C ...), so that
whatever else the machine does meets all of them; a ratio is the median of those of the rounds, beside the least and
the greatest. The limit is the method's own networks on exactly what it runs, and nothing else. A peer that cannot be
imported is left out and named. The pictures are made up: their contents do not matter to speed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from contenders import ENCODERS, METHODS, Bare, Contender, Coview, Task, pictures
from record import ROOT, circumstances, rss, save

from coview.engine.devices import physical_cores, resolve_precision


def makers(task: Task, images: Any, trainer: Any) -> tuple[dict[str, Callable[[], Contender]], list[str]]:
    """Those that can run beside coview, by name, and why others are left out."""
    found: dict[str, Callable[[], Contender]] = {"limit": lambda: Bare(task, trainer)}
    left_out: list[str] = []
    try:
        from peer_lightly import Lightly

        found["lightly"] = lambda: Lightly(task, images, trainer, as_documented=False)
        found["lightly as documented"] = lambda: Lightly(task, images, trainer, as_documented=True)
    except ImportError as error:
        left_out.append(f"lightly: {error}")
    try:
        from peer_stable_pretraining import StablePretraining

        found["stable-pretraining"] = lambda: StablePretraining(task, images, trainer)
    except ImportError as error:
        left_out.append(f"stable-pretraining: {error}")
    return found, left_out


def compare(task: Task, rounds: int, seconds: float, samples: int) -> dict[str, Any]:
    """One row of the table."""
    least = 1 if seconds < 1 else 3
    images = pictures(samples)
    coview = Coview(task, images)
    others, left_out = makers(task, images, coview.trainer)
    found: dict[str, Contender] = {"coview": coview, **{name: make() for name, make in others.items()}}
    coview.rate(0.0, 1)
    coview.trainer.watch.seconds.clear()
    rates: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, contender in found.items():
            rates[name].append(contender.rate(seconds, least))
    medians = {name: median(r) for name, r in rates.items()}
    ratios: dict[str, dict[str, float]] = {}
    for name, other in rates.items():
        paired = sorted(a / b for a, b in zip(rates["coview"], other, strict=True))
        if name != "coview":
            ratios[name] = {"median": median(paired), "least": paired[0], "greatest": paired[-1]}
    total = sum(coview.seconds.values())
    shares = {name: s / total for name, s in coview.seconds.items()}
    return {
        "method": task.method,
        "encoder": task.encoder,
        "batch": task.batch,
        "precision": task.precision,
        "workers of the peers": task.workers,
        "samples/s": medians,
        "samples/s by round": rates,
        "coview / other": ratios,
        "share of the limit": ratios["limit"]["median"],
        "time of coview": shares,
        "share of data and views": shares.get("data", 0.0) + shares.get("views", 0.0),
        "left out": left_out,
    }


def peak(task: Task, name: str, samples: int) -> int:
    """Peak memory above idle in bytes of one contender, in a process of its own."""
    words = [sys.executable, str(Path(__file__).resolve()), "--child", name, "--samples", str(samples)]
    words += ["--methods", task.method, "--encoders", task.encoder, "--batch", str(task.batch)]
    words += ["--precision", task.precision, "--device", task.device, "--threads", str(torch.get_num_threads())]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1])


def measure_peak(task: Task, name: str, samples: int) -> int:
    """Peak memory of three steps: resident above what the imports hold, or the accelerator's own count."""
    idle = rss()
    images = pictures(samples)
    coview = Coview(task, images)
    contender = coview if name == "coview" else makers(task, images, coview.trainer)[0][name]()
    contender.rate(0.0, 1)
    return torch.cuda.max_memory_allocated() if task.device == "cuda" else rss(peak=True) - idle


def help_time() -> float:
    """Seconds until `coview --help` has answered, the median of five."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        code = "import sys; from coview.cli import main; sys.exit(main(['--help']))"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        found.append(time.perf_counter() - start)
    return median(found)


def show(rows: list[dict[str, Any]]) -> None:
    """Prints the table."""
    print(f"{'method':<14}{'encoder':<10}{'coview':>9}{'limit':>9}{'share':>7}{'data+views':>12}   against the peers")
    for row in rows:
        peers = [
            f"{r['median']:.2f}x ({r['least']:.2f}-{r['greatest']:.2f}) {name}"
            for name, r in row["coview / other"].items()
            if name != "limit"
        ]
        speed = row["samples/s"]
        print(
            f"{row['method']:<14}{row['encoder']:<10}{speed['coview']:>9.0f}{speed['limit']:>9.0f}"
            f"{row['share of the limit']:>7.2f}{row['share of data and views']:>12.1%}   {'; '.join(peers) or 'none'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--encoders", nargs="+", choices=list(ENCODERS), default=list(ENCODERS))
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--samples", type=int, default=4096, help="pictures in the data set")
    parser.add_argument("--seconds", type=float, default=8.0, help="of one segment")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=("32", "bf16", "auto"), default="auto")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--no-memory", action="store_true", help="do not measure peak memory")
    parser.add_argument("--quick", action="store_true", help="smallest sizes: shows that it runs, measures nothing")
    parser.add_argument("--out", help="default results/benchmarks/throughput[-ENCODER].json")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.quick:
        asked.batch, asked.samples, asked.seconds, asked.rounds, asked.no_memory = 8, 16, 0.0, 1, True
    torch.set_num_threads(asked.threads)
    precision = resolve_precision(asked.precision, torch.device(asked.device))
    workers = asked.threads if asked.threads > 1 else 0
    tasks = [
        Task(method, encoder, asked.batch, precision, asked.device, workers)
        for method in asked.methods
        for encoder in asked.encoders
        if method != "mae" or encoder == "vit-tiny"
    ]
    if asked.child:
        print(measure_peak(tasks[0], asked.child, asked.samples))
        return
    load, answer = os.getloadavg(), help_time()
    rows: list[dict[str, Any]] = []
    name = "throughput" if len(asked.encoders) > 1 else f"throughput-{asked.encoders[0]}"
    for task in tasks:
        row = compare(task, asked.rounds, asked.seconds, asked.samples)
        if not asked.no_memory:
            row["peak memory, bytes"] = {n: peak(task, n, asked.samples) for n in row["samples/s"]}
        rows.append(row)
        show([row])
        found = {
            "benchmark": "throughput",
            "coview --help, seconds": answer,
            "segment, seconds": asked.seconds,
            "rounds": asked.rounds,
            "pictures": f"{asked.samples} made up, 32 x 32 x 3, uint8",
            "rows": rows,
            **circumstances(load, asked.threads, asked.device),
        }
        path = save(name, found, asked.out)  # after each row: a long run that is ended leaves those it has
        print(f"written to {os.path.relpath(path, ROOT)}")
    print(f"coview --help: {answer:.2f} s")


if __name__ == "__main__":
    main()
