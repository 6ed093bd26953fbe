"""Metrics of claims: one number of an evaluation protocol."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from coview.errors import UserError
from coview.papers.claim import Metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run
    from coview.evaluate.scores import Scores
    from coview.methods.base import Method


def scored_part(rows: Mapping[str, Tensor]) -> str:
    """`test`, or `valid` while learning rates are chosen and the test part is kept away."""
    return "test" if "test" in rows else "valid"


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


def embedding_metric(key: str, metric: str) -> Metric:
    """As `protocol_metric`, but probes read what the method would have a user keep, which is what is claimed for it."""

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        found = _scores(key, run.method, data, rows, raw=False, alone=False)
        value = found[key][metric]["run"]
        assert value is not None
        return value, found.protocol[key]

    return Metric(f"{key} {metric} of embeddings", score, {"key": key, "metric": metric, "alone": False})


def finetuned_metric(
    slot: str,
    label: str,
    each: int,
    *,
    steps: int = 100,
    batch_size: int | None = None,
    lrs: tuple[float, ...] = (1e-3,),
    learned: tuple[str, ...] = ("*",),
) -> Metric:
    """How often a label is named right by a copy of a slot's encoder, fine-tuned with a linear head on few labels.

    Args:
        slot: whose encoder.
        label: of classes; samples without it are neither trained on nor scored.
        each: labelled training samples of each class, chosen by a hash of their names.
        steps, batch_size: of fine-tuning; None: all labelled samples a step.
        lrs: learning rates of it; of several the one after which most of the validation part is named right.
        learned: patterns of the names of the encoder's parameters that it changes; the others stay.

    The score raises UserError where fewer than two classes are there to be told apart.
    """
    how = {"slot": slot, "label": label, "labels a class": each, "steps": steps, "lrs": list(lrs)}
    how |= {"learned": list(learned)}

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        import torch

        from coview.evaluate.labels import classes_of

        found = classes_of(data.labels[label])
        assert found is not None
        codes, part = torch.from_numpy(found[0]), scored_part(rows)
        scored = rows[part][codes[rows[part]] >= 0]
        if len(codes[scored].unique()) < 2:
            raise UserError(f"{label} has fewer than two classes among the {len(scored)} samples of the {part} part")
        learnt = few_labels(data, codes, rows["train"], each)
        size = batch_size or len(learnt)
        chooser = rows["valid"][codes[rows["valid"]] >= 0] if len(lrs) > 1 else scored[:0]

        def accuracies(lr: float) -> tuple[float, float]:
            """Of the part that is scored, and of the one that chooses."""
            asked = torch.cat([scored, chooser])
            tuning = {"steps": steps, "batch_size": size, "lr": lr, "learned": learned}
            logits = finetuned_logits(run, data, slot, label, learnt, asked, **tuning)
            right, chooses = (logits.argmax(1) == codes[asked]).double().split([len(scored), len(chooser)])
            return float(right.mean()), float(chooses.mean())

        tried = {lr: accuracies(lr) for lr in lrs}
        lr = max(tried, key=lambda lr: tried[lr][1])
        details = {"split": part, "labelled": len(learnt), "scored": len(scored), **how, "batch size": size, "lr": lr}
        return tried[lr][0], details

    return Metric(f"fine-tuned on {each} labels a class, {label}, accuracy", score, how)


def few_labels(data: Data, codes: Tensor, rows: Tensor, each: int) -> Tensor:
    """Of some rows so many of each class, those of least hashes of their names: `(n,)`, class by class."""
    import torch

    from coview.data.split import unit_hash

    order = sorted(rows.tolist(), key=lambda i: unit_hash(data.names[i], salt="labelled"))
    return torch.tensor([i for c in range(int(codes.max()) + 1) for i in [j for j in order if codes[j] == c][:each]])


def finetuned_logits(
    run: Run,
    data: Data,
    slot: str,
    label: str,
    learnt: Tensor,
    scored: Tensor,
    *,
    learned: tuple[str, ...] = ("*",),
    **how: Any,
) -> Tensor:
    """What a copy of a slot's encoder says of a label, fine-tuned with a linear head: `(n, K)` logits.

    Args:
        run: whose encoder.
        data: the samples.
        slot: of the encoder.
        label: of K classes.
        learnt: rows it is fine-tuned on.
        scored: `(n,)` rows it is asked about.
        learned: patterns of the names of the encoder's parameters that fine-tuning changes.
        how: `steps`, `batch_size` and `lr` of fine-tuning.
    """
    import copy

    import torch

    from coview.evaluate.supervised import train_supervised

    encoder = copy.deepcopy(run.method.slot_encoders()[slot])
    for name, parameter in encoder.named_parameters():
        if not any(fnmatchcase(name, pattern) for pattern in learned):
            parameter.requires_grad_(False)
    tuned = train_supervised(encoder, data, learnt, label, **how, seed=run.config.seed)
    with torch.no_grad():
        found = [tuned.head(tuned.embed(data.batch(some))[slot][slot].values[:, 0]) for some in scored.split(512)]
    return torch.cat(found)


def references(run: Run, data: Data, rows: dict[str, Tensor], metric: Metric) -> dict[str, float | None]:
    """The metric of the raw input (where it can be compared at all) and of the encoder before training."""
    import dataclasses

    random = run.random_method()
    if "key" not in metric.plan:
        return {"random": metric.score(dataclasses.replace(run, method=random), data, rows)[0]}
    key, alone = metric.plan["key"], metric.plan.get("alone", True)
    row = _scores(key, random, data, rows, raw=True, alone=alone)[key][metric.plan["metric"]]
    return {"raw": row["raw"], "random": row["run"]}


def _scores(key: str, method: Method, data: Data, rows: dict[str, Tensor], *, raw: bool, alone: bool = True) -> Scores:
    import dataclasses

    from coview.evaluate.evaluate import PROBES, evaluate
    from coview.papers.encoders_alone import EncodersAlone

    protocol, _, rest = key.partition("/")
    label = rest.partition("/")[2]
    label = "" if label in data.links else label
    if "test" not in rows:
        data = dataclasses.replace(data, links={name: links.before_test() for name, links in data.links.items()})
    read = EncodersAlone(method) if alone and protocol in PROBES else method
    return evaluate(read, data, rows, protocols=[protocol], labels=[label] if label else None, raw=raw)
