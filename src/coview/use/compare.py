"""Several methods at equal compute on the same data: one table, one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from coview.errors import RunFailed, UserError

if TYPE_CHECKING:
    from coview.engine.config import FitConfig
    from coview.evaluate.scores import Scores

REFERENCES = ("raw", "random")


@dataclass
class Comparison:
    """What every method scored.

    Args:
        scores: method (or `raw`, `random`) -> `score metric` -> one number a seed.
        verdicts: method -> one status a seed.
        steps: method -> steps reached by each seed.
        failed: method -> why it could not be compared.
    """

    scores: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    steps: dict[str, list[int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> list[str]:
        """Every score, in the order met."""
        return list(dict.fromkeys(m for found in self.scores.values() for m in found))

    def rows(self) -> list[dict[str, Any]]:
        """A row a method: mean and deviation over seeds of every score, verdicts and steps."""
        return [
            {
                "method": name,
                "scores": {m: {"mean": mean(v), "std": stdev(v) if len(v) > 1 else None} for m, v in found.items()},
                "verdicts": self.verdicts.get(name, []),
                "steps": self.steps.get(name, []),
            }
            for name, found in self.scores.items()
        ]

    def add(self, name: str, scores: Scores) -> None:
        """Adds a run's scores, and those of its references."""
        for key, metrics in scores.values.items():
            for metric, row in metrics.items():
                for column, value in row.items():
                    who = name if column == "run" else column
                    if value is not None and column in ("run", *REFERENCES):
                        self.scores.setdefault(who, {}).setdefault(f"{key} {metric}", []).append(value)


def compare(
    methods: Sequence[str],
    config: FitConfig,
    data: Any = None,
    *,
    seeds: int = 1,
    out: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Comparison:
    """Trains each method under the same budget, data, batch and encoder, and scores it on the same samples.

    Methods that read other slots are compared on the scores that they have. The random encoder's row is of the
    first method that has it; an untrained encoder differs between methods only where the network does.

    Args:
        methods: names; each with its own default options.
        config: everything else; its `method` and `seed` are the first ones.
        data: what is in memory; default `config.data`.
        seeds: runs of each method, with seeds from `config.seed` on.
        out: folder for the runs; None keeps them in memory.
        tell: is told what goes on.

    Raises:
        UserError: fewer than two methods, or none could be compared.
    """
    from coview.engine.fit import fit_data
    from coview.use.evaluation import evaluate_prepared
    from coview.use.train import prepare

    if len(set(methods)) < 2:
        raise UserError("name at least two different methods to compare")
    if seeds < 1:
        raise UserError(f"--seeds counts runs of each method; {seeds} was given")
    found, say = Comparison(), tell or (lambda line: None)
    for name in dict.fromkeys(methods):
        for seed in range(config.seed, config.seed + seeds):
            folder = None if out is None else str(Path(out) / f"{name.rpartition(':')[2]}-seed{seed}")
            each = replace(config, method=name, seed=seed, out=folder)
            try:
                ready = prepare(each, config.data if data is None else data)
                run = fit_data(each, ready.data, ready.rows)
                scores = evaluate_prepared(run, ready.data, ready.rows)
            except (UserError, RunFailed) as error:
                found.failed[name] = str(error)
                say(f"{name}: {error}")
                break
            found.add(name, scores)
            status = run.verdict.status if run.verdict else "unknown"
            found.verdicts.setdefault(name, []).append(status)
            found.steps.setdefault(name, []).append(run.steps)
            say(f"{name}, seed {seed}: {run.steps:,} steps in {run.seconds:.0f} s, {status}")
    if not found.verdicts:
        raise UserError("none of the methods could be compared: " + "; ".join(found.failed.values()))
    order = [*(m for m in methods if m in found.scores), *(r for r in REFERENCES if r in found.scores)]
    found.scores = {name: found.scores[name] for name in dict.fromkeys(order)}
    return found


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
