"""Metrics of claims: one number of an evaluation protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coview.papers.claim import Metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run


def protocol_metric(key: str, metric: str) -> Metric:
    """One metric of `coview evaluate`.

    Args:
        key: as its scores have it: `knn/image/class`, `retrieval/drawing-name`.
        metric: `accuracy`, `R@1`, ...
    """
    protocol, _, rest = key.partition("/")
    label = rest.partition("/")[2]

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        from coview.evaluate.evaluate import evaluate

        labels = [label] if label else None
        found = evaluate(run.method, data, rows, protocols=[protocol], labels=labels, raw=False)
        value = found[key][metric]["run"]
        assert value is not None
        return value, found.protocol[key]

    return Metric(f"{key} {metric}", score, {"key": key, "metric": metric})


def references(run: Run, data: Data, rows: dict[str, Tensor], metric: Metric) -> dict[str, float | None]:
    """The metric of the raw input (where it can be compared at all) and of the encoder before training."""
    from coview.evaluate.evaluate import evaluate

    random = run.random_method()
    if not metric.plan.get("key"):
        import dataclasses

        return {"random": metric.score(dataclasses.replace(run, method=random), data, rows)[0]}
    key = metric.plan["key"]
    protocol, _, rest = key.partition("/")
    label = rest.partition("/")[2]
    found = evaluate(run.method, data, rows, protocols=[protocol], labels=[label] if label else None, random=random)
    row = found[key][metric.plan["metric"]]
    return {"raw": row["raw"], "random": row["random"]}
