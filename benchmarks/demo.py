"""The demo over seeds: cross-artist retrieval after 60 seconds on two cores, on the concepts scored once.

    python benchmarks/demo.py [--seeds 3]

Runs `demo.sh` as `make demo` does and writes results/benchmarks/demo.json, and docs/demo.png from the first seed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from record import ROOT, circumstances, save

SHOWN = {
    "retrieval/drawing-drawing": ("R@1", "R@10"),
    "retrieval/name-drawing": ("R@10",),
    "knn/drawing/category": ("accuracy",),
}


def once(seed: int, folder: Path) -> dict[str, Any]:
    """One run of the demo: its scores, steps and seconds."""
    out = folder / str(seed)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    subprocess.run(
        ["sh", "demo.sh"], cwd=ROOT, check=True, env=os.environ | {"SEED": str(seed), "OUT": str(out), "PATH": path}
    )
    wall = time.perf_counter() - start
    if seed == 0:  # the README's picture: queries spread by hash, not chosen
        report = [sys.executable, "-m", "coview.cli", "report", str(out), "--strip", "docs/demo.png"]
        subprocess.run(report, cwd=ROOT, check=True)
    scores = json.loads((out / "scores.json").read_text())
    last = json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])
    verdict = json.loads((out / "verdict.json").read_text())["status"]
    found = {f"{key} {metric}": scores[key][metric] for key, metrics in SHOWN.items() for metric in metrics}
    return {"seed": seed, "steps": last["step"], "wall seconds": round(wall, 1), "verdict": verdict, "scores": found}


def main() -> None:
    """Runs the seeds, prints the means, saves the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", help="where to write the JSON")
    options = parser.parse_args()
    before = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        runs = [once(seed, Path(folder)) for seed in range(options.seeds)]
    columns = ("run", "raw", "random")
    means = {
        name: {
            c: round(statistics.mean(values), 4)
            for c in columns
            if None not in (values := [r["scores"][name].get(c) for r in runs])
        }
        for name in runs[0]["scores"]
    }
    for name, row in means.items():
        print(f"{name:36}", "  ".join(f"{c} {v:.3f}" for c, v in row.items()))
    path = save("demo", {"means": means, "runs": runs, **circumstances(before, threads=2)}, options.out)
    print(path)


if __name__ == "__main__":
    main()
