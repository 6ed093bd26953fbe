"""Training on prepared data, on as many processes as there are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from coview.data.source import Data
from coview.engine.checkpoint import newest
from coview.engine.config import FitConfig, as_asked
from coview.engine.devices import make_fabric, physical_cores
from coview.engine.memory import hand_back_freed_memory
from coview.engine.processes import leave_at_exit, world
from coview.engine.run import Run, load, refuse_existing
from coview.engine.trainer import Tell, Trainer
from coview.errors import RunFailed, UserError
from coview.nn.encoder import Encoder

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def fit_data(
    config: FitConfig,
    data: Data,
    rows: dict[str, Tensor],
    *,
    resume: bool = False,
    tell: Tell | None = None,
    starts: Mapping[str, Encoder] | None = None,
) -> Run:
    """Trains on prepared data, on as many processes as the configuration or torchrun says.

    Args:
        config: options.
        data: prepared samples.
        rows: `train` and, where there are held-out samples, `valid`.
        resume: go on from the newest checkpoint of `config.out`.
        tell: is told of every step; with `processes` above 1 it must be picklable.
        starts: as `Trainer` takes them.

    Raises:
        UserError: the run's folder exists, or several processes without a folder to meet in.
        RunFailed: see `Trainer.run`.
    """
    config = replace(config, read_from=data.read_from)
    fabric = make_fabric(config.device, config.processes)
    if config.processes > 1 and "TORCHELASTIC_RUN_ID" not in os.environ:
        if config.out is None:
            raise UserError("--processes above 1 needs --out: the processes leave the run there")
        if not resume:
            refuse_existing(Path(config.out))
        failure = fabric.launch(_spawned, config, data, rows, resume, tell, starts)
        if failure is not None:
            kind, message = failure
            raise (RunFailed if kind == "RunFailed" else UserError)(message)
        return load(config.out)
    fabric.launch()
    return _work(fabric, config, data, rows, resume, tell, starts)


def _spawned(fabric: Fabric, *work: Any) -> tuple[str, str] | None:
    """`_work` in a process of its own: the run is left in its folder, what went wrong is told to the parent."""
    try:
        _work(fabric, *work)
    except (RunFailed, UserError) as error:
        return type(error).__name__, str(error)
    return None


def _work(
    fabric: Fabric,
    config: FitConfig,
    data: Data,
    rows: dict[str, Tensor],
    resume: bool,
    tell: Tell | None,
    starts: Mapping[str, Encoder] | None,
) -> Run:
    """One process's part of a run."""
    leave_at_exit()
    set_threads(config)
    held_out = rows.get("valid", rows["train"][:0])
    left_at = newest(Path(config.out)) if resume and config.out is not None else None
    fresh = left_at is None
    config = as_asked(config) if resume and fresh else config
    trainer = Trainer(config, data, rows["train"], held_out, fabric.device, tell, starts=starts, fresh=fresh)
    try:
        return _resumed(trainer, left_at) if resume else _begun(trainer)
    finally:
        hand_back_freed_memory()


def _resumed(trainer: Trainer, left_at: Path | None) -> Run:
    trainer.resume(left_at)
    return trainer.run()


def _begun(trainer: Trainer) -> Run:
    trainer.prepare_folder()
    try:
        return trainer.run()
    except UserError:
        trainer.withdraw_folder()
        raise


def set_threads(config: FitConfig) -> int:
    """Threads of this process: asked for, or the physical cores shared among the processes."""
    threads = config.threads or max(1, physical_cores() // max(config.processes, world()[1]))
    torch.set_num_threads(threads)
    return threads
