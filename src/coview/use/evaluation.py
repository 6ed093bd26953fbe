"""`coview.evaluate`: a run's scores, beside raw input and a random encoder."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from coview.atomic import write_whole
from coview.engine.devices import physical_cores
from coview.engine.memory import keep_freed_memory
from coview.engine.run import Run, load
from coview.errors import UserError
from coview.evaluate.evaluate import check_protocols
from coview.evaluate.evaluate import evaluate as score
from coview.evaluate.labels import choose_labels
from coview.evaluate.scores import Scores
from coview.evaluate.subject import parts_of
from coview.evaluate.supervised import supervised_reference
from coview.kinds import listed
from coview.use.train import is_own, known_to

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data


def evaluate(
    run: Run | str | Path,
    data: Any = None,
    *,
    protocols: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    group: str | None = None,
    supervised: bool = False,
) -> Scores:
    """Scores a run; probes are trained on the training part, `test` (or else `valid`) is scored once.

    Scored on the data it was trained on, by default or by its name or path, a run's folder gets `scores.json`.

    Args:
        run: a run, or its folder.
        data: what to score on; default what the run was trained on.
        protocols: knn, linear, few-shot, clustering, ridge, retrieval, zero-shot, link-prediction, ranking, next-event,
            state; default those that the data allows.
        labels: label columns to score; default all with classes that repeat.
        columns: slots of a table, as `fit` takes them.
        group: the column whose samples are kept together in splits.
        supervised: also train an encoder of the same size on each label, for as many steps.

    Returns:
        `scores["retrieval/drawing-drawing"]["R@1"]["run"]`, and for every score the columns raw and random.

    Raises:
        UserError: there is no such run or data, a protocol needs what the data lacks, or `group` would hold out what
            the run was trained on.
    """
    protocols, labels, columns = (listed(names) for names in (protocols, labels, columns))
    run = as_run(run)
    check_protocols(protocols)
    ready = prepare_again(run, data, columns=columns, label=labels, group=group)
    own = is_own(run.config, data)
    if own and group not in (None, run.config.group):
        _refuse_seen(run, ready.data, ready.rows, group)
    return evaluate_prepared(
        run, ready.data, ready.rows, protocols=protocols, labels=labels, supervised=supervised, keep=own
    )


def tells_classes(data: Data, rows: dict[str, Tensor]) -> bool:
    """Whether some label has classes that a probe can learn and be scored on.

    Args:
        data: with its labels.
        rows: by part.
    """
    try:
        train, _, scored, _ = parts_of(data, rows)
    except UserError:
        return False
    return bool(choose_labels(data, None, train, scored))


def evaluate_prepared(
    run: Run,
    data: Data,
    rows: dict[str, Tensor],
    *,
    protocols: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    supervised: bool = False,
    keep: bool = True,
) -> Scores:
    """`evaluate` on data that is read already; `keep` puts the scores into the run and its folder."""
    device = next(run.method.parameters()).device
    torch.set_num_threads(run.config.threads or physical_cores())
    if device.type == "cpu":
        keep_freed_memory()
    random = run.random_method().to(device)
    reference = None
    if supervised:
        reference = supervised_reference(
            random, data, rows["train"], steps=max(1, run.steps), batch_size=run.config.batch_size, seed=run.config.seed
        )
    scores = score(
        run.method,
        data,
        rows,
        protocols=protocols,
        labels=labels,
        random=random,
        supervised=reference,
        device=device,
    )
    if keep:
        run.scores = _beside(run.scores, scores.to_dict())
        if run.folder is not None:
            write_whole(run.folder / "scores.json", json.dumps(run.scores, indent=1, default=str))
    return scores


def _beside(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Scores beside those of protocols that were not asked for now."""
    before = before or {}
    return {**before, **now, "protocol": {**before.get("protocol", {}), **now["protocol"]}}


def _refuse_seen(run: Run, data: Data, rows: dict[str, Tensor], group: str | None) -> None:
    """Raises UserError where other groups than the run's hold out samples that the run was trained on."""
    from coview.data.open import open_source
    from coview.data.split import split
    from coview.errors import UserError

    config = run.config
    source = open_source(config.data, options=config.modality, known=known_to(config, None))
    seen = {source.names[i] for i in split(source, seed=0)["train"].tolist()}
    held = rows.get("test", rows["valid"]).tolist()
    if both := sum(data.names[i] in seen for i in held):
        raise UserError(
            f"of the {len(held)} samples that --group {group} holds out this run was trained on {both}: train it anew "
            f"with --group {group}, or evaluate without it"
        )


def as_run(run: Run | str | Path) -> Run:
    """A run, read from its folder where it is one."""
    return run if isinstance(run, Run) else load(run)


def prepare_again(
    run: Run,
    data: Any = None,
    *,
    columns: Sequence[str] | None = None,
    label: Sequence[str] | None = None,
    group: str | None = None,
) -> Any:
    """Data read as the run read its own, and split; default the run's data itself. What is not said is as it was.

    Raises:
        UserError: the run was trained on data in memory and none is given, or the data has none of the run's slots.
    """
    from coview.use.train import given, prepare

    columns, label = (list(names) if names else None for names in (columns, label))
    config = dataclasses.replace(run.config, columns=columns, label=label, group=group)
    return prepare(config, given(run.config, data), modalities=run.modalities, known=known_to(run.config, data))
