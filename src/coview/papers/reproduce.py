"""Running a claim: equal compute, equal tuning, paired seeds, one record."""

from __future__ import annotations

import dataclasses
import datetime
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from coview.engine.config import plain, versions
from coview.engine.devices import physical_cores
from coview.engine.flops import check_equal, matching_steps
from coview.errors import RunFailed
from coview.papers.arms import Bench
from coview.papers.claim import Arm, Claim, MeanRank, claim_of
from coview.papers.records import FORMAT
from coview.papers.tuning import FURTHER, tune
from coview.papers.verdict import judge, mean_ranks, together

Tell = Callable[[str], None]


def reproduce(key: str, *, scale: str = "small", command: str = "", tell: Tell | None = None) -> dict[str, Any]:
    """Runs a paper's claim and says what came out.

    Args:
        key: of the paper.
        scale: `small`, or `full` for ten times the steps.
        command: kept in the record.
        tell: is told each arm as it is done.

    Returns:
        The record, as `results/claims/KEY.json` has it.

    Raises:
        UserError: there is no such claim, or its data is not fetched.
    """
    code = commit()  # before anything is imported that an edit could change meanwhile
    return {
        "format": FORMAT,
        "key": key,
        "scale": scale,
        **run_claim(claim_of(key, scale), tell or (lambda line: None)),
        "versions": versions(),
        "machine": {"processor": processor(), "cores": physical_cores(), "threads an arm": 1},
        "commit": code,
        "command": command or f"coview reproduce {key} --scale {scale}",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def run_claim(claim: Claim, tell: Tell) -> dict[str, Any]:
    """Tunes, trains and scores every arm of a claim, and judges its comparisons."""
    bench = Bench()
    arms: dict[str, dict[str, Any]] = {}
    for name, steps, per_step in plan(claim, bench):
        arms[name] = _arm(claim, bench, name, steps, per_step, tell)
    for rank in claim.ranks:
        _rank(arms, rank, len(claim.seeds))
    found = []
    for c in claim.comparisons:
        if c.worse in arms:
            check_equal({a: arms[a]["flops"] for a in (c.better, c.worse)})
        better, worse = sides(arms, c.better, c.worse, c.metric)
        differences = [a - b for a, b in zip(better, worse, strict=True)]
        outcome = judge(differences, c.margin)
        spread = {"differences": differences, "mean": mean(differences), "deviation": stdev(differences)}
        found.append({**dataclasses.asdict(c), **spread, "outcome": outcome.value})
    first = next(iter(claim.arms.values()))
    data = bench.prepare(first)[0]
    return {
        "statement": claim.statement,
        "outcome": together([judge(f["differences"], f["margin"]) for f in found]).value,
        "comparisons": found,
        "arms": {name: {k: v for k, v in arm.items() if k != "protocol"} for name, arm in arms.items()},
        "protocol": {m: d for arm in arms.values() for m, d in arm["protocol"].items()},
        "seeds": list(claim.seeds),
        "grid": list(claim.grid),
        "tuning": _tuning(claim),
        "data": {"name": data.name, **data.about},
    }


def _rank(arms: Mapping[str, dict[str, Any]], rank: MeanRank, seeds: int) -> None:
    """Adds a mean rank to what every arm was scored by, a seed each."""
    scores = [arm["scores"] for arm in arms.values()]
    each = [mean_ranks([[s[metric][seed] for s in scores] for metric in rank.of]) for seed in range(seeds)]
    protocols = [arm["protocol"][metric] for arm in arms.values() for metric in rank.of]
    splits = sorted({how["split"] for how in protocols if "split" in how})  # links have parts of their own
    for arm, ranks in zip(arms.values(), zip(*each, strict=True), strict=True):
        arm["scores"][rank.name] = list(ranks)
        arm["protocol"][rank.name] = {"mean rank over": list(rank.of), "arms": len(arms), "split": "/".join(splits)}
        arm["references"][rank.name] = {}


def sides(
    arms: Mapping[str, Mapping[str, Any]], better: str, worse: str, metric: str
) -> tuple[list[float], list[float]]:
    """Both sides' scores, a seed each: of two arms, or of an arm and a reference that was scored beside it."""
    told = arms[better]
    return told["scores"][metric], (arms[worse]["scores"] if worse in arms else told["referred"][worse])[metric]


def plan(claim: Claim, bench: Bench) -> list[tuple[str, int, float]]:
    """(arm, steps, FLOPs a step), in the claim's order; steps of arms that follow another match its FLOPs."""
    per_step = {name: bench.flops(arm) for name, arm in claim.arms.items()}

    def steps(arm: Arm, own: float) -> int:
        if arm.like is None:
            assert arm.steps is not None
            return arm.steps
        leader = claim.arms[arm.like]
        return matching_steps(steps(leader, per_step[arm.like]) * per_step[arm.like], own)

    return [(name, steps(arm, per_step[name]), per_step[name]) for name, arm in claim.arms.items()]


def _arm(claim: Claim, bench: Bench, name: str, steps: int, per_step: float, tell: Tell) -> dict[str, Any]:
    """Tunes on the validation part, then trains with every seed and scores the test part once."""
    arm = claim.arms[name]
    metrics = [claim.metric(m) for m in arm.metrics]

    def trial(rate: float) -> float | None:
        try:
            found = bench.run(arm, metrics, steps=steps, lr=rate, seed=claim.seeds[0], test=False)
        except RunFailed:
            return None
        return found["scores"][metrics[0].name]

    lr, trials = tune(claim.grid, trial)
    runs = []
    held_against = [(c.worse, c.metric) for c in claim.comparisons if c.better == name and c.worse not in claim.arms]
    for seed in claim.seeds:
        refer = bool(held_against) or seed == claim.seeds[0]
        runs.append(bench.run(arm, metrics, steps=steps, lr=lr, seed=seed, test=True, refer=refer))
        scores = ", ".join(f"{m} {s:.3f}" for m, s in runs[-1]["scores"].items())
        tell(f"{name}, seed {seed}: {scores} ({steps:,} steps, {runs[-1]['seconds']:.0f} s)")
    config = bench.config(arm, steps=steps, lr=lr, seed=0)
    return {
        "method": arm.method.rpartition("/")[2],
        "options": plain(dict(arm.options)),
        "samples": runs[0]["samples"],
        "batch_size": min(config.batch_size, runs[0]["samples"]),
        "steps": steps,
        "flops_per_step": per_step,
        "flops": steps * per_step,
        "lr": lr,
        "trials on the validation part": {f"{rate:g}": score for rate, score in trials.items()},
        "scores": {m.name: [r["scores"][m.name] for r in runs] for m in metrics},
        "referred": {
            reference: {m: [r["references"][m][reference] for r in runs] for of, m in held_against if of == reference}
            for reference, _ in held_against
        },
        "seconds": [round(r["seconds"], 1) for r in runs],
        "cpu_seconds": [round(r["cpu_seconds"], 1) for r in runs],
        "verdicts": [r["verdict"] for r in runs],
        "precision": runs[0]["precision"],
        "references": runs[0]["references"],
        "protocol": runs[0]["protocol"],
    }


def _tuning(claim: Claim) -> str:
    if len(claim.grid) == 1:
        return f"none for any arm; learning rate {claim.grid[0]:g}"
    grid = ", ".join(f"{lr:g}" for lr in claim.grid)
    return (
        f"every arm alike: learning rates {grid}, and {FURTHER} beyond at most while the best is the lowest or the "
        f"highest, each one run of seed {claim.seeds[0]} with all of the arm's steps, chosen on the validation part "
        "by the arm's first metric"
    )


def processor() -> str:
    """The processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor() or platform.machine()


def commit() -> str:
    """The commit of the code that runs, `+changes` where files differ from it; empty where it is no checkout."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        own = git("ls-files", "--error-unmatch", str(Path(__file__).name))
        head = git("rev-parse", "HEAD") if own else ""
        return head + ("+changes" if head and git("status", "--porcelain", "--", "..") else "")
    except OSError:
        return ""


def tables(record: dict[str, Any]) -> dict[str, tuple[Sequence[str], list[list[Any]]]]:
    """Metric -> columns and rows to print: a row an arm, and the references in brackets."""
    columns = ("arm", "mean", "deviation", *(f"seed {s}" for s in record["seeds"]), "steps", "TFLOPs")
    found: dict[str, tuple[Sequence[str], list[list[Any]]]] = {}
    for name, arm in record["arms"].items():
        for metric, scores in arm["scores"].items():
            row = [name, mean(scores), stdev(scores), *scores, arm["steps"], arm["flops"] / 1e12]
            found.setdefault(metric, (columns, []))[1].append(row)
    for metric, (_, rows) in found.items():
        blank = [None] * (len(record["seeds"]) + 3)
        rows.extend([f"({name})", value, *blank] for name, value in referred(record, metric))
    return found


def referred(record: Mapping[str, Any], metric: str) -> list[tuple[str, float]]:
    """(name, score) of what a metric's scores stand beside: one for all arms, or each named by those whose it is."""
    found: list[tuple[str, float]] = []
    arms = [arm["references"].get(metric, {}) for arm in record["arms"].values()]
    for reference in dict.fromkeys(name for told in arms for name in told):
        own: dict[float, list[str]] = {}
        for name, arm in record["arms"].items():
            value = arm["references"].get(metric, {}).get(reference)
            if value is not None:
                own.setdefault(value, []).append(name)
        found += [(reference if len(own) == 1 else f"{reference}: {', '.join(names)}", v) for v, names in own.items()]
    return found
