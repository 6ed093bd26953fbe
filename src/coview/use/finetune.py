"""`coview.finetune`: a run's encoder with a linear head, trained on labels."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from coview.atomic import write_whole
from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.engine.run import Run
from coview.errors import UserError
from coview.evaluate.embed import evaluating
from coview.evaluate.items import accuracies
from coview.evaluate.scores import Scores
from coview.use.budget import NAMES
from coview.use.classifier import Classifier
from coview.use.labelled import LabelledTask, labelled_task

if TYPE_CHECKING:
    from coview.nn.encoder import Encoder

METHOD = f"{Classifier.__module__}:{Classifier.__qualname__}"
EPOCHS, LEAST_STEPS = 30, 200
"""The budget where none is given: so many passes over the labelled samples, and at least so many steps."""

RATE, RATE_OF_HEAD = 3e-3, 1e-2
"""AdamW's peak learning rate where none is given, of the whole network and of a head alone."""

Tell = Callable[[dict[str, Any]], None]


def finetune(
    run: Run | str | Path,
    data: Any = None,
    *,
    label: str | None = None,
    slot: str | None = None,
    frozen: bool = False,
    label_share: float = 1.0,
    out: str | None = None,
    columns: Sequence[str] | None = None,
    group: str | None = None,
    evaluate: bool = True,
    tell: Tell | None = None,
    **options: Any,
) -> Run:
    """Trains a run's encoder with a linear head on labels, whole or frozen, and scores it on samples held out.

    Beside it stands the same network from random initialisation, trained on the same samples for as many steps (with
    `frozen`, a head on the random network).

    Args:
        run: a run, or its folder.
        data: default what the run was trained on.
        label: the column of classes; default the only one there is.
        slot: whose encoder; default the first.
        frozen: train the head alone.
        label_share: share of the training samples' labels that is used, of each class alike and at least one; a
            smaller share is a part of a larger one.
        out: folder of the new run; None keeps it in memory.
        columns: slots of a table, as `fit` takes them.
        group: the column whose samples are kept together in splits.
        evaluate: whether to score, and to train the network from random initialisation beside it.
        tell: is told of every step, with its metrics as a dict.
        options: of training, as `fit` takes them (steps, batch_size, lr, seed, ...).

    Returns:
        A run that `predict` reads; `run.scores` has accuracy and balanced accuracy, `run` beside `random`.

    Raises:
        UserError: there is no such label or slot, or fewer than two classes are left to train on.
    """
    plan = plan_finetune(
        run, data, label=label, slot=slot, frozen=frozen, label_share=label_share, out=out, columns=columns,
        group=group, **options,
    )  # fmt: skip
    tuned = train(plan.config, plan.task, plan.encoder, tell)
    if evaluate:
        score(tuned, plan)
    return tuned


@dataclass
class Plan:
    """What will be trained.

    Args:
        config: of the run.
        task: what is learnt.
        encoder: what it starts from.
        random: the same network before any training.
    """

    config: FitConfig
    task: LabelledTask
    encoder: Encoder
    random: Encoder


def plan_finetune(
    run: Run | str | Path,
    data: Any = None,
    *,
    label: str | None = None,
    slot: str | None = None,
    frozen: bool = False,
    label_share: float = 1.0,
    out: str | None = None,
    columns: Sequence[str] | None = None,
    group: str | None = None,
    **options: Any,
) -> Plan:
    """Reads the data and says what will be trained; arguments and errors as of `finetune`."""
    from coview.use.evaluation import as_run, prepare_again
    from coview.use.folders import refuse_used
    from coview.use.train import said

    source = as_run(run)
    refuse_used(out, "give another --out")
    known = {f.name for f in dataclasses.fields(FitConfig)}
    unknown = [name for name in options if name not in known]
    if unknown:
        raise UserError(f"finetune has no option {unknown[0]!r}; those of training are {', '.join(sorted(known))}")
    ready = prepare_again(source, data, columns=columns, label=None if label is None else [label], group=group)
    task = labelled_task(source, ready.data, ready.rows, label=label, slot=slot, share=label_share)
    options = {**_defaults(len(task.train), frozen, options), **options}
    encoder = source.method.slot_encoders()[task.slot]
    config = FitConfig(
        METHOD,
        data=source.config.data if data is None else said(data),
        out=out,
        slots=[task.slot],
        columns=list(columns) if columns else source.config.columns,
        label=[task.label],
        group=group or source.config.group,
        encoder_from={task.slot: str(source.folder or "memory")},
        frozen=frozen,
        options={"classes": task.classes, "label": task.label},
        **options,
    )
    return Plan(config, task, encoder, source.random_method().slot_encoders()[task.slot])


def train(config: FitConfig, task: LabelledTask, encoder: Encoder, tell: Tell | None = None) -> Run:
    """Trains a classifier that starts from an encoder. Health is not judged: scores on labels say whether it worked."""
    run = fit_data(config, task.data, {"train": task.train}, tell=tell, starts={task.slot: encoder})
    run.verdict = None
    if run.folder is not None:
        (run.folder / "verdict.json").unlink(missing_ok=True)
    return run


def accuracy(run: Run, task: LabelledTask, batch_size: int = 256) -> dict[str, float]:
    """Accuracy and balanced accuracy on the held-out samples."""
    method = run.method
    assert isinstance(method, Classifier)
    device = next(method.parameters()).device
    found: list[Tensor] = []
    with evaluating(method), torch.inference_mode():
        for rows in task.held_out.split(batch_size):
            found.append(method.probabilities(task.data.batch(rows).to(device)).argmax(1).cpu())
    return accuracies(torch.cat(found).numpy(), task.codes[task.held_out].numpy())


def score(tuned: Run, plan: Plan) -> None:
    """Scores a run on the held-out samples beside the same network from random initialisation, trained here.

    Raises:
        UserError: there is nothing to score.
    """
    task = plan.task
    if not len(task.held_out):
        raise UserError(f"no held-out sample of {task.data.name} has a class that was trained on; nothing to score")
    with tempfile.TemporaryDirectory() as folder:
        config = dataclasses.replace(
            tuned.config, out=f"{folder}/random" if tuned.config.processes > 1 else None, minutes=None, epochs=None,
            steps=max(1, tuned.steps), checkpoint_every=0, encoder_from={task.slot: "random"},
        )  # fmt: skip
        beside = train(config, task, plan.random)
        found = {"run": accuracy(tuned, task), "random": accuracy(beside, task)}
    counts = {"training items": len(task.train), "n": len(task.held_out), "classes": len(task.classes)}
    how = "frozen encoder, linear head" if tuned.config.frozen else "whole network"
    scores = Scores()
    scores.add(
        f"finetune/{task.slot}/{task.label}",
        found,
        {
            "trained": how,
            "random": "the same from random initialisation, for as many steps",
            "steps": tuned.steps,
            "split": task.part,
            **counts,
            "of classes not in training, left out": task.left_out,
            "chance (largest class)": float(np.bincount(task.codes[task.held_out].numpy()).max() / len(task.held_out)),
        },
    )
    tuned.scores = scores.to_dict()
    if tuned.folder is not None:
        write_whole(tuned.folder / "scores.json", json.dumps(tuned.scores, indent=1, default=str))


def _defaults(samples: int, frozen: bool, options: dict[str, Any]) -> dict[str, Any]:
    """Budget and learning rate where nobody says."""
    found: dict[str, Any] = {}
    if options.get("optimizer", "adamw") == "adamw":
        found["lr"] = RATE_OF_HEAD if frozen else RATE
    if all(options.get(name) is None for name in NAMES):
        each = max(1, samples // min(samples, options.get("batch_size", 256)))
        found["steps"] = max(LEAST_STEPS, EPOCHS * each)
    return found
