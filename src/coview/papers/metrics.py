"""Metrics of claims: one number of an evaluation protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coview.papers.claim import Metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run
    from coview.evaluate.scores import Scores
    from coview.methods.base import Method


def protocol_metric(key: str, metric: str) -> Metric:
    """One metric of `coview evaluate`.

    Probes read the encoder, whatever the method would have a user keep (CMC its joint space), so that arms of
    different methods are read at the same place; retrieval reads what the method gives.

    Args:
        key: as its scores have it: `knn/image/class`, `retrieval/drawing-name`.
        metric: `accuracy`, `R@1`, ...
    """

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        found = _scores(key, run.method, data, rows, raw=False)
        value = found[key][metric]["run"]
        assert value is not None
        return value, found.protocol[key]

    return Metric(f"{key} {metric}", score, {"key": key, "metric": metric})


def references(run: Run, data: Data, rows: dict[str, Tensor], metric: Metric) -> dict[str, float | None]:
    """The metric of the raw input (where it can be compared at all) and of the encoder before training."""
    import dataclasses

    random = run.random_method()
    if "key" not in metric.plan:
        return {"random": metric.score(dataclasses.replace(run, method=random), data, rows)[0]}
    row = _scores(metric.plan["key"], random, data, rows, raw=True)[metric.plan["key"]][metric.plan["metric"]]
    return {"raw": row["raw"], "random": row["run"]}


def _scores(key: str, method: Method, data: Data, rows: dict[str, Tensor], *, raw: bool) -> Scores:
    from coview.evaluate.evaluate import PROBES, evaluate
    from coview.papers.encoders_alone import EncodersAlone

    protocol, _, rest = key.partition("/")
    label = rest.partition("/")[2]
    read = EncodersAlone(method) if protocol in PROBES else method
    return evaluate(read, data, rows, protocols=[protocol], labels=[label] if label else None, raw=raw)
