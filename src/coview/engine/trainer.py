"""Training: the loop around the exact step."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from coview.atomic import write_whole
from coview.data.sampler import Sampler
from coview.data.source import Data
from coview.engine import checkpoint, log
from coview.engine.config import FitConfig
from coview.engine.devices import autocast, resolve_precision
from coview.engine.memory import keep_freed_memory
from coview.engine.monitor import Monitor
from coview.engine.optimize import OptimizerConfig, OptimizerName, Updater
from coview.engine.pretrained import from_runs, load_weights, started
from coview.engine.processes import exchange, my_chunks, world
from coview.engine.run import STARTED, Run, new_method, refuse_existing, resolved, write_run
from coview.engine.schedule import Budget, Schedule
from coview.engine.signals import Interrupt
from coview.engine.step import ExactStep
from coview.engine.stopwatch import Stopwatch
from coview.errors import RunFailed, UserError
from coview.health.reading import Reading
from coview.methods.registry import method_class
from coview.nn.encoder import Encoder
from coview.views.draw import occurrence_keys

BAD_STEPS = 10
"""Steps in a row that are not finite, or at the start without a loss, before a run stops."""

MEND = "Lower --lr, try --precision 32, or look for extreme values in the data"

CHECKPOINT_SECONDS = 600.0
"""Of training between checkpoints where no number of steps is asked for."""

Tell = Callable[[dict[str, Any]], None]
"""Is told of every logged step (progress bars, trackers)."""


class Trainer:
    """One run from its first step to its last.

    Args:
        config: options; `chunk`, `precision` and `slots` are resolved here, once.
        data: prepared samples.
        train: rows to train on.
        held_out: rows that are never trained on and that the verdict reads.
        device: where the method lives.
        tell: is told of every step.
        starts: by slot, trained encoders to begin with; default those of the runs that `config.encoder` names.
        fresh: whether this is a run's beginning; one that is resumed reads neither `starts` nor `config.init`.
    """

    def __init__(
        self,
        config: FitConfig,
        data: Data,
        train: Tensor,
        held_out: Tensor,
        device: torch.device | None = None,
        tell: Tell | None = None,
        *,
        starts: Mapping[str, Encoder] | None = None,
        fresh: bool = True,
    ) -> None:
        self.device = device or torch.device("cpu")
        if self.device.type == "cpu":
            keep_freed_memory()
        size = min(config.batch_size, len(train))
        if size < 2 and method_class(config.method).needs_others():
            few = "the data has 1 to train on" if len(train) < 2 else "--batch-size is 1"
            raise UserError(f"{config.method} learns from several samples at a time, at least 2, and {few}")
        chunk = config.chunk or math.ceil(size / max(config.processes, world()[1]))
        precision = resolve_precision(config.precision, self.device)
        config = replace(config, chunk=min(chunk, size), precision=precision, slots=list(data.modalities))
        if fresh:
            starts = from_runs(config, data.modalities) if starts is None else starts
            config = started(config, data.modalities, starts)
        self.data, self.train, self.tell = data, train, tell
        kept = config.encoder_from if config.frozen else ()
        self.method = new_method(config, data.modalities, starts=starts if fresh else None, frozen=kept)
        self.config = resolved(config, self.method)
        if config.init is not None and fresh:
            load_weights(self.method, Path(config.init))
        self.method.to(self.device)
        self.method.train()
        within = {level: wholes[train] for level, wholes in data.within.items()}
        self.sampler = self.method.sampler(Sampler(len(train), config.batch_size, config.seed), within)
        self.budget = Budget(config.steps, config.epochs, config.minutes, self.sampler.steps_per_epoch)
        optimizer = OptimizerConfig(
            OptimizerName(config.optimizer), config.lr, config.weight_decay, config.warmup, Schedule(config.schedule),
            config.clip or None,
        )  # fmt: skip
        self.updater = Updater(self.method, optimizer, self.sampler.batch_size, config.balance)
        self.monitor = Monitor(data, held_out, self.device)
        self.folder = None if config.out is None else Path(config.out)
        self.step = self.skipped = self.bad_in_a_row = 0
        self.saved_at = 0.0
        self.metrics: list[dict[str, Any]] = []
        self.seen: dict[str, Tensor] = {}
        self.watch = Stopwatch()

    # -- one step

    def advance(self) -> dict[str, Any]:
        """One optimizer step: cut, step, move, note."""
        with self.watch("data"):
            rows = self.train[self.sampler.rows(self.step)]
            key = occurrence_keys(self.data.ids[rows])
            assert self.config.chunk is not None
            chunks = [self.data.batch(rows[c], key[c]).to(self.device) for c in my_chunks(len(rows), self.config.chunk)]
        progress = self._progress()
        self.method.clock.step, self.method.clock.progress = self.step, progress
        found = ExactStep(
            self.method,
            chunks,
            len(rows),
            seed=self.config.seed,
            step=self.step,
            lanes=self.updater.lanes,
            autocast=lambda: autocast(self.device, self.config.precision),
            watch=self.watch,
        ).run()
        with self.watch("update"):
            try:
                norm = self.updater.take(found, progress)
            except RunFailed:
                found.buffers.roll_back()
                raise
            if norm is None:
                found.buffers.roll_back()
                self.skipped += 1
                self.bad_in_a_row += 1
            else:
                self.bad_in_a_row = 0
                with torch.no_grad():
                    self.method.after_step(found.kept)
        self.step += 1
        losses = {n: float(v) for n, v in found.losses.items()}
        self.seen = found.seen
        with self.watch("health"):
            self.monitor.meet(found.seen)
        line: dict[str, Any] = {
            "step": self.step,
            "loss": sum(losses.values()),
            **{f"loss/{n}": v for n, v in losses.items()},
        }
        line |= {"lr": self.updater.last_rate, "samples": len(rows)}
        return line | ({"skipped": "not finite"} if norm is None else {"grad_norm": norm})

    def _failure(self) -> str | None:
        """Why the run cannot go on after the steps so far."""
        if self.bad_in_a_row >= BAD_STEPS:
            return (
                f"{BAD_STEPS} steps in a row were not finite, from step {self.step - BAD_STEPS + 1} on; "
                f"nothing moved since. {MEND}"
            )
        if self.step == self.skipped and self._over():
            return f"none of the {self.step} steps was finite, and nothing moved. {MEND}"
        asked = self.step == BAD_STEPS or (self.step < BAD_STEPS and self._over())
        if asked and not any(name.startswith("loss/") for line in self.metrics for name in line):
            return (
                f"no sample of the first {self.step} steps gave a loss: none has what {self.config.method} "
                "relates, such as a second token, slot or view"
            )
        if self.config.stop_on_collapse and self.monitor.steps[-1:] == [self.step]:
            verdict = self.monitor.verdict(self.skipped)
            return f"the run collapsed: {verdict.sentence}" if verdict.status == "collapsed" else None
        return None

    def _progress(self) -> float:
        """The clock's progress, the same on every process: the first one's watch decides."""
        return exchange(self.budget.progress(self.step))[0]

    # -- the loop

    def run(self) -> Run:
        """Trains until the budget is used, a signal arrives, or the run fails.

        Raises:
            RunFailed: ten steps in a row were not finite, or none was; the first ten gave no loss; the run collapsed
                under `stop_on_collapse`; the balance cannot weigh a loss.
        """
        failure: str | None = None
        first = world()[0] == 0
        if not self.monitor.reference:
            self.monitor.begin(self.method)
        self.budget.start(self.budget.spent)
        last_time, next_look = self.budget.seconds, self._next_look()
        with Interrupt() as interrupt:
            while not self._over():
                try:
                    line = self.advance()
                except RunFailed as failed:
                    failure = str(failed)
                    break
                now = self.budget.seconds
                line |= {"seconds": now, "samples_per_s": line.pop("samples") / max(1e-9, now - last_time)}
                last_time = now
                if self._wants_reading(next_look):
                    self._read_health(line)
                    line["time"] = self.watch.shares()
                    next_look = self._next_look()
                self.metrics.append(line)
                failure = self._failure()
                if first:
                    if self.folder is not None:
                        log.write_line(self.folder, line)
                    if self.tell is not None:
                        self.tell(line)
                if self._wants_checkpoint():
                    self._checkpoint()
                if failure is not None or any(exchange(interrupt.asked)):
                    break
        self.budget.pause()
        if self.monitor.steps[-1:] != [self.step]:
            self._read_health(self.metrics[-1] if self.metrics else {})
        run = self._finish()
        if failure is not None:
            raise RunFailed(failure)
        return run

    def _wants_checkpoint(self) -> bool:
        """Of the first process, which alone writes one; its watch decides where steps do not."""
        if every := self.config.checkpoint_every:
            return self.step % every == 0
        return self.budget.seconds - self.saved_at >= CHECKPOINT_SECONDS

    def _wants_reading(self, next_look: float) -> bool:
        if self.config.health_every:
            return self.step % self.config.health_every == 0
        progress = self._progress()
        return progress >= 1 or (progress >= next_look and self.monitor.due(self.step))

    def _read_health(self, line: dict[str, Any]) -> None:
        """Takes a reading and notes it in the step's line."""
        with self.watch("health"):
            self.monitor.losses.append({k[5:]: v for k, v in line.items() if k.startswith("loss/")})
            readings = self.monitor.look(self.method, self.seen, self.step)
        line["health"] = {n: r.to_dict() for n, r in readings.items()}

    def _next_look(self) -> float:
        return math.inf if self.config.health_every else (math.floor(self._progress() * 10) + 1) / 10

    def _over(self) -> bool:
        return self._progress() >= 1.0

    def _finish(self) -> Run:
        self._checkpoint()
        verdict = self.monitor.verdict(self.skipped)
        if self.folder is not None and world()[0] == 0:
            write_whole(self.folder / "verdict.json", json.dumps(verdict.to_dict(), indent=1))
        self.method.clock.progress = self.budget.progress(self.step)
        method, modalities = self.method.eval(), self.data.modalities
        seconds, metrics = self.budget.seconds, self.metrics
        return Run(self.config, method, modalities, self.folder, verdict, self.step, seconds, metrics)

    # -- what is kept

    def prepare_folder(self) -> None:
        """Makes the run's folder.

        Raises:
            UserError: it exists; `--resume` goes on with it.
        """
        if self.folder is None or world()[0] != 0:
            return
        refuse_existing(self.folder)
        write_run(self.folder, self.config, self.data.modalities, self.data.skipped)

    def withdraw_folder(self) -> None:
        """Takes back what `prepare_folder` made, where no step was taken: the mended command may use the name."""
        if self.folder is None or world()[0] != 0 or self.step > 0:
            return
        for name in STARTED:
            (self.folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _checkpoint(self) -> None:
        if self.folder is None or world()[0] != 0:
            return
        state = {
            "updater": self.updater.state_dict(),
            "monitor": self.monitor.state(),
            "reference": {n: r.to_dict() for n, r in self.monitor.reference.items()},
            "sampler": self.sampler.state(),
            "seconds": self.budget.seconds,
            "progress": self.budget.progress(self.step),
            "skipped": self.skipped,
            "bad_in_a_row": self.bad_in_a_row,
        }
        checkpoint.save(self.folder / checkpoint.FOLDER, self.step, self.method, state)
        self.saved_at = self.budget.seconds

    def resume(self, left_at: Path | None) -> None:
        """Goes on from a checkpoint of the run's folder, or anew where none was written yet.

        Raises:
            UserError: the checkpoint cannot be read, or the run has no folder.
        """
        if self.folder is None:
            raise UserError("--resume needs --out, the run to go on with")
        if left_at is not None:
            self._load(left_at)
        if world()[0] == 0:
            log.drop_after(self.folder, self.step)
            self.metrics = log.read_lines(self.folder)

    def _load(self, path: Path) -> None:
        """Puts the run where a checkpoint left it."""
        self.step, state = checkpoint.load(path, self.method)
        self.updater.load_state_dict(state["updater"])
        for optimizer in self.updater.optimizers:
            checkpoint.like_parameters(optimizer)
        self.monitor.load_state(state["monitor"])
        self.monitor.reference = {n: Reading.from_dict(r) for n, r in state["reference"].items()}
        self.sampler.load_state(state["sampler"])
        self.budget.spent = state["seconds"]
        self.skipped, self.bad_in_a_row = state["skipped"], state["bad_in_a_row"]
        self.saved_at = self.budget.spent
