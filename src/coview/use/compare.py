"""Several methods at equal compute on the same data: one table, one picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from coview.errors import RunFailed, UserError

if TYPE_CHECKING:
    from coview.engine.config import FitConfig
    from coview.engine.run import Run
    from coview.evaluate.scores import Scores
    from coview.use.train import Prepared

REFERENCES = ("raw", "random", "supervised")


class Equal(StrEnum):
    """What compared methods have the same of."""

    TIME = "time"
    STEPS = "steps"
    FLOPS = "flops"


class Stopped(Exception):
    """A signal ended the run under way, and with it the comparison."""


@dataclass
class Comparison:
    """What every method scored.

    Args:
        scores: method (or `raw`, `random`, `supervised`) -> `score metric` -> one number a seed.
        verdicts: method -> one status a seed.
        steps, seconds: method -> steps reached and seconds trained by each seed.
        flops: method -> training FLOPs of each seed, where they were made equal.
        failed: method -> why it could not be compared, or not with all its seeds.
        stopped: whether a signal ended the comparison before the last method.
    """

    scores: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    steps: dict[str, list[int]] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    flops: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    stopped: bool = False
    _of: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def metrics(self) -> list[str]:
        """Every score, in the order met."""
        return list(dict.fromkeys(m for found in self.scores.values() for m in found))

    def rows(self) -> list[dict[str, Any]]:
        """A row a method: mean and deviation over seeds of every score, verdicts, steps, seconds and FLOPs."""
        return [
            {
                "method": name,
                "scores": {m: {"mean": mean(v), "std": stdev(v) if len(v) > 1 else None} for m, v in found.items()},
                "verdicts": self.verdicts.get(name, []),
                "steps": self.steps.get(name, []),
                "seconds": self.seconds.get(name, []),
                "flops": self.flops.get(name, []),
            }
            for name, found in self.scores.items()
        ]

    def add(self, name: str, scores: Scores) -> None:
        """Adds a run's scores, and those of its references where no other method has given them."""
        cells = [(f"{key} {m}", column, value) for key, metrics in scores.values.items()
                 for m, row in metrics.items() for column, value in row.items()]  # fmt: skip
        for metric, column, value in cells:
            who = name if column == "run" else column
            if value is None or (column != "run" and self._of.setdefault((column, metric), name) != name):
                continue
            self.scores.setdefault(who, {}).setdefault(metric, []).append(value)


def compare(
    methods: Sequence[str],
    config: FitConfig,
    data: Any = None,
    *,
    seeds: int = 1,
    equal: Equal | str | None = None,
    protocols: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    supervised: bool = False,
    out: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Comparison:
    """Trains each method under the same budget, data, batch and encoder, and scores it on the same samples.

    Methods that read other slots are compared on the scores that they have. The random encoder's row (and the
    supervised one's) is of the first method that has it; it differs between methods only where the network does.

    Ctrl-C or SIGTERM while a method trains ends the comparison: what was finished is scored, the rest has failed.

    Args:
        methods: names; each with its own default options.
        config: everything else; its `method` and `seed` are the first ones.
        data: what is in memory; default `config.data`.
        seeds: runs of each method, with seeds from `config.seed` on.
        equal: what every method has the same of. `time` and `steps` (default: what the budget is counted in) give each
            the same budget; under `flops` the budget is the first method's, and the others take as many steps as
            come to the same training FLOPs, within 2 %.
        protocols: how they are scored, as `evaluate` takes them; default those that the data allows.
        labels: label columns to score; default all with classes that repeat.
        supervised: also train the first method's encoder on labels, for as many steps.
        out: folder for the runs; None keeps them in memory.
        tell: is told what goes on.

    Raises:
        UserError: fewer than two methods, none could be compared, there is no such protocol, or the budget cannot be
            made equal so.
    """
    from coview.evaluate.evaluate import check_protocols

    if len(set(methods)) < 2:
        raise UserError("name at least two different methods to compare")
    if seeds < 1:
        raise UserError(f"--seeds counts runs of each method; {seeds} was given")
    check_protocols(protocols)
    told = tell or (lambda line: None)
    given = config.data if data is None else data
    work = _Work(config, given, _kind(equal, config), protocols, labels, supervised, out, told)
    names = list(dict.fromkeys(methods))
    for name in names:
        try:
            work.method(name, seeds)
        except Stopped as stopped:
            work.found.failed |= {left: str(stopped) for left in names[names.index(name) :]}
            work.found.stopped = True
            break
        except (UserError, RunFailed) as error:
            work.found.failed[name] = str(error)
            work.tell(f"{name}: {error}")
    found = work.found
    if not found.verdicts:
        raise UserError("none of the methods could be compared: " + "; ".join(found.failed.values()))
    order = [*(m for m in methods if m in found.scores), *(r for r in REFERENCES if r in found.scores)]
    found.scores = {name: found.scores[name] for name in dict.fromkeys(order)}
    return found


def _kind(equal: Equal | str | None, config: FitConfig) -> Equal:
    """What is equal, given the budget.

    Raises:
        UserError: the budget is counted in something else.
    """
    own = Equal.TIME if config.minutes is not None else Equal.STEPS
    try:
        kind = own if equal is None else Equal(equal)
    except ValueError as error:
        raise UserError(f"--equal is {', '.join(Equal)}; {equal!r} was given") from error
    if kind not in (own, Equal.FLOPS):
        needs = "--minutes" if kind is Equal.TIME else "--steps or --epochs"
        raise UserError(f"--equal {kind} needs a budget in {needs}")
    return kind


@dataclass
class _Work:
    """Trains and scores one method after the other; fields as the arguments of `compare`."""

    config: FitConfig
    data: Any
    equal: Equal
    protocols: Sequence[str] | None
    labels: Sequence[str] | None
    supervised: bool
    out: str | Path | None
    tell: Callable[[str], None]
    found: Comparison = field(default_factory=Comparison)

    def method(self, name: str, seeds: int) -> None:
        """Every seed of a method."""
        from coview.use.train import prepare

        base = replace(self.config, method=name)
        ready = prepare(base, self.data)
        per_step = 0.0
        if self.equal is Equal.FLOPS:
            base, per_step = self._matched(base, ready)
        for seed in range(base.seed, base.seed + seeds):
            folder = None if self.out is None else str(Path(self.out) / f"{name.rpartition(':')[2]}-seed{seed}")
            run = self._run(replace(base, seed=seed, out=folder), ready)
            self._note(name, seed, run)
            if per_step:
                self.found.flops.setdefault(name, []).append(per_step * run.steps)
                base = replace(base, minutes=None, epochs=None, steps=run.steps)

    def _matched(self, base: FitConfig, ready: Prepared) -> tuple[FitConfig, float]:
        """The configuration with the steps that come to the first method's FLOPs, and the FLOPs of a step."""
        from coview.engine.flops import WITHIN, flops_of_step, matching_steps

        per_step = flops_of_step(base, ready.data, ready.rows["train"])
        self.tell(f"{base.method}: {per_step / 1e9:,.2f} GFLOPs a step of {base.batch_size} samples")
        if not self.found.flops:
            return base, per_step
        total = next(iter(self.found.flops.values()))[0]
        steps = matching_steps(total, per_step)
        if abs(steps * per_step / total - 1) > WITHIN:
            first = next(iter(self.found.flops))
            raise UserError(
                f"no number of its steps comes within {WITHIN:.0%} of the FLOPs of {first}; a budget of "
                f"{math.ceil(10 * per_step / total / (2 * WITHIN)) / 10} times as much would do"
            )
        return replace(base, minutes=None, epochs=None, steps=steps), per_step

    def _run(self, config: FitConfig, ready: Prepared) -> Run:
        from coview.engine.fit import fit_data
        from coview.use.evaluation import evaluate_prepared

        run = fit_data(config, ready.data, ready.rows)
        if not run.complete:
            raise Stopped(f"the comparison was stopped after {run.steps:,} of the steps of {config.method}")
        first = not self.found.verdicts
        scores = evaluate_prepared(
            run, ready.data, ready.rows,
            protocols=self.protocols, labels=self.labels, supervised=self.supervised and first,
        )  # fmt: skip
        self.found.add(config.method, scores)
        return run

    def _note(self, name: str, seed: int, run: Run) -> None:
        status = run.verdict.status if run.verdict else "unknown"
        self.found.verdicts.setdefault(name, []).append(status)
        self.found.steps.setdefault(name, []).append(run.steps)
        self.found.seconds.setdefault(name, []).append(run.seconds)
        self.tell(f"{name}, seed {seed}: {run.steps:,} steps in {run.seconds:.0f} s, {status}")


def headline(metrics: Sequence[str]) -> list[str]:
    """One metric of each score: the one that the field quotes."""
    wanted = ("R@1", "accuracy", "NMI")
    keys = list(dict.fromkeys(m.rpartition(" ")[0] for m in metrics if m.rpartition(" ")[2] in wanted))
    chosen = [next(f"{key} {w}" for w in wanted if f"{key} {w}" in metrics) for key in keys]
    return [m for m in chosen if not m.endswith("balanced accuracy")] or list(metrics)[:4]


def draw(found: Comparison, path: str | Path, title: str) -> Path:
    """One panel a score, one bar a method, a dot a seed; references in grey."""
    from matplotlib.figure import Figure

    metrics, names = headline(found.metrics), list(found.scores)
    across = min(3, len(metrics))
    down = -(-len(metrics) // across)
    figure = Figure(figsize=(4.2 * across, 0.9 + down * (0.9 + 0.32 * len(names))), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False)
    for panel in panels.flat[len(metrics) :]:
        panel.set_visible(False)
    for panel, metric in zip(panels.flat, metrics):
        values = [found.scores[n].get(metric, []) for n in names]
        colours = ["#b9c0ca" if n in REFERENCES else "#3767d6" for n in names]
        panel.barh(names, [mean(v) if v else 0.0 for v in values], color=colours, height=0.62)
        for i, seen in enumerate(values):
            panel.plot(seen, [i] * len(seen), "o", color="#1b1f27", markersize=3)
            panel.annotate(
                f"{mean(seen):.3f}" if seen else "none", (mean(seen) if seen else 0.0, i), xytext=(5, 0),
                textcoords="offset points", va="center", fontsize=8, color="#1b1f27",
            )  # fmt: skip
        panel.invert_yaxis()
        panel.set_title(metric, fontsize=9.5, loc="left")
        panel.margins(x=0.18)
        panel.tick_params(labelsize=8.5, length=0)
        panel.spines[["top", "right", "left"]].set_visible(False)
    figure.suptitle(title, fontsize=11, x=0.01, ha="left", fontweight="bold")
    figure.savefig(path, dpi=160)
    return Path(path)
