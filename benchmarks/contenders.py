"""What is timed, and the two rows of our own: coview and the bare networks."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coview.data.arrays import from_arrays
from coview.data.prepared.prepare import load
from coview.engine.config import FitConfig
from coview.engine.devices import autocast
from coview.engine.trainer import Trainer
from coview.methods.registry import build_method
from coview.views.draw import Draw

SIZE = 32
WARM_UP = 2
"""Steps before each segment that are not timed: fresh workers, cold caches."""
ENCODERS = {"conv": "conv", "resnet18": "resnet18", "vit-tiny": "timm:vit_tiny_patch16_224"}
METHODS = ("simclr", "barlow-twins", "byol", "dino", "mae")
OPTIONS: dict[str, dict[str, Any]] = {"mae": {"positives": "augment"}}
"""What a method is told, so that it does no less than the peers' recipes (theirs crop and flip for MAE)."""


@dataclass(frozen=True)
class Task:
    """What is timed.

    Args:
        method, encoder: by name.
        batch: samples a step.
        precision: 32 or bf16.
        device: cpu or cuda.
        workers: of a DataLoader.
    """

    method: str
    encoder: str
    batch: int
    precision: str
    device: str
    workers: int


class Contender(ABC):
    """One row of the table."""

    task: Task

    @abstractmethod
    def step(self) -> None:
        """One step on the next batch."""

    def begin(self) -> None:  # noqa: B027 - most have nothing to do
        """Before a segment."""

    def end(self) -> None:  # noqa: B027
        """After a segment."""

    def rate(self, seconds: float, least: int) -> float:
        """Samples a second over one segment of at least so many seconds and steps, after a warm-up."""
        self.begin()
        for _ in range(WARM_UP):
            self.step()
        self.settle()
        start, steps = time.perf_counter(), 0
        while steps < least or time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        self.settle()
        found = steps * self.task.batch / (time.perf_counter() - start)
        self.end()
        return found

    def settle(self) -> None:
        """Waits until the device has done what it was told."""
        if self.task.device == "cuda":
            torch.cuda.synchronize()


def pictures(n: int) -> np.ndarray:
    """`(n, 32, 32, 3)` uint8, coarse coloured patterns: contents do not matter to speed."""
    coarse = np.random.default_rng(0).integers(0, 256, (n, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(SIZE // 8, 1).repeat(SIZE // 8, 2)


class Coview(Contender):
    """coview as `fit` runs it, without health readings: data, views, exact step, optimizer."""

    def __init__(self, task: Task, images: np.ndarray) -> None:
        self.task = task
        data = load(from_arrays(image=list(images)), options={"image": {"size": SIZE}})
        config = FitConfig(
            task.method, steps=1_000_000, batch_size=task.batch, encoder=ENCODERS[task.encoder],
            precision=task.precision, device=task.device, options=OPTIONS.get(task.method, {}),
        )  # fmt: skip
        self.trainer = Trainer(config, data, torch.arange(len(data)), torch.arange(0), torch.device(task.device))

    def step(self) -> None:
        self.trainer.advance()

    @property
    def seconds(self) -> dict[str, float]:
        """Where the time went, since the beginning."""
        return self.trainer.watch.seconds


class Bare(Contender):
    """The limit: the method's own networks alone, on views made beforehand.

    Student forward and backward, teacher forward, heads; no data, views, loss, or optimizer. The gradient at the
    outputs is a constant. MAE's networks are timed with their token loss, which is all that comes after them.
    """

    def __init__(self, task: Task, trainer: Trainer) -> None:
        self.task, self.device = task, torch.device(task.device)
        self.method: Any = build_method(
            task.method, trainer.data.modalities, encoder=ENCODERS[task.encoder], options=OPTIONS.get(task.method)
        )
        self.method.to(self.device).train()
        rows = torch.arange(task.batch) % len(trainer.data)
        batch = trainer.data.batch(rows, rows).to(self.device)
        with torch.no_grad():
            self.views = self.method.views(batch, Draw(0, 0, batch.key))
        self.grads: list[Tensor] = []

    def step(self) -> None:
        with autocast(self.device, self.task.precision):
            outputs = getattr(self, self.task.method.replace("-", "_"))()
        if not self.grads:
            self.grads = [torch.full_like(o, 1e-3) for o in outputs]
        torch.autograd.backward(outputs, self.grads)
        self.method.zero_grad(set_to_none=True)

    def _net(self, name: str, net: nn.Module | None = None) -> Tensor:
        out = (net or self.method.encoder.net)(self.views[name].value.flatten(0, 1))
        return out if isinstance(out, Tensor) else out.pooled

    def simclr(self) -> list[Tensor]:
        return [self.method.projector(self._net("looks"))]

    def barlow_twins(self) -> list[Tensor]:
        a, b = self._net("looks").unflatten(0, (-1, 2)).unbind(1)
        return [self.method.projector(a), self.method.projector(b)]

    def byol(self) -> list[Tensor]:
        m = self.method
        with torch.no_grad():
            slow = self._net("looks", m.teacher.module.net).unflatten(0, (-1, 2)).unbind(1)
            for side in slow:
                m.teacher_projector.module(side)
        return [m.predictor(m.projector(x)) for x in self._net("looks").unflatten(0, (-1, 2)).unbind(1)]

    def dino(self) -> list[Tensor]:
        m = self.method
        with torch.no_grad():
            slow = m.teacher_head.module(self._net("global", m.teacher.module.net))
            slow @ m.teacher_prototypes.module.directions.T.to(slow.dtype)
        own = m.prototypes.directions
        return [m.head(self._net(n)) @ own.T.to(self.dtype) for n in self.views]

    @property
    def dtype(self) -> torch.dtype:
        """What heads give under this precision."""
        return torch.bfloat16 if self.task.precision == "bf16" else torch.float32

    def mae(self) -> list[Tensor]:
        return [self.method.represent(self.views).losses["reconstruction"]]
