"""Who is timed: coview, the bare networks, and lightly, on the same pictures and the same networks."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from coview.data.arrays import from_arrays
from coview.data.prepare import load
from coview.engine.config import FitConfig
from coview.engine.devices import autocast
from coview.engine.fit import Trainer
from coview.methods.registry import build_method
from coview.views.draw import Draw

SIZE = 32
ENCODERS = {"conv": "conv", "resnet18": "resnet18", "vit-tiny": "timm:vit_tiny_patch16_224"}
METHODS = ("simclr", "barlow-twins", "byol", "dino", "mae")
LIGHTLY = ("simclr", "barlow-twins", "byol")
"""Methods whose parts lightly has in the same shape, so that its row has the same networks."""


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

    def begin(self) -> None:  # noqa: B027 - most have nothing to do
        """Before a timed segment."""

    @abstractmethod
    def step(self) -> None:
        """One step on the next batch."""

    def end(self) -> None:  # noqa: B027
        """After a timed segment."""


def pictures(n: int) -> np.ndarray:
    """`(n, 32, 32, 3)` uint8, coarse coloured patterns: contents do not matter to speed."""
    coarse = np.random.default_rng(0).integers(0, 256, (n, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(SIZE // 8, 1).repeat(SIZE // 8, 2)


class Coview(Contender):
    """coview as `fit` runs it, without health readings: data, views, exact step, optimizer."""

    def __init__(self, task: Task, images: np.ndarray) -> None:
        data = load(from_arrays(image=list(images)), options={"image": {"size": SIZE}})
        config = FitConfig(
            task.method, steps=1_000_000, batch_size=task.batch, encoder=ENCODERS[task.encoder],
            precision=task.precision, device=task.device,
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
        self.method: Any = build_method(task.method, trainer.data.modalities, encoder=ENCODERS[task.encoder])
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


class Pictures(Dataset[Any]):
    """Pictures through a transform of lightly's."""

    def __init__(self, images: np.ndarray, transform: Any) -> None:
        self.images, self.transform = images, transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> list[Tensor]:
        return self.transform(Pillow.fromarray(self.images[row]))


class Lightly(Contender):
    """lightly's transforms in a DataLoader, its heads, its loss, on the same encoder.

    Args:
        task: the precision and the number of workers are its.
        images: pictures.
        trainer: whose encoder is copied.
        as_documented: SGD and float32 as its examples have them, else AdamW and the task's precision.
    """

    def __init__(self, task: Task, images: np.ndarray, trainer: Trainer, *, as_documented: bool) -> None:
        from lightly.loss import BarlowTwinsLoss, NegativeCosineSimilarity, NTXentLoss
        from lightly.models.modules import heads
        from lightly.transforms.byol_transform import BYOLTransform, BYOLView1Transform, BYOLView2Transform
        from lightly.transforms.simclr_transform import SimCLRTransform

        self.device, self.precision = torch.device(task.device), "32" if as_documented else task.precision
        reference: Any = trainer.method
        encoder = copy.deepcopy(reference.encoder.net)
        dim, method = encoder.dim, task.method
        self.net = nn.ModuleDict({"encoder": encoder})
        if method == "byol":
            first = BYOLView1Transform(input_size=SIZE, gaussian_blur=0.0)
            transform: Any = BYOLTransform(first, BYOLView2Transform(input_size=SIZE, gaussian_blur=0.0))
            self.net["projector"] = heads.BYOLProjectionHead(dim, 512, 128)
            self.net["predictor"] = heads.BYOLPredictionHead(128, 512, 128)
            self.slow = copy.deepcopy(self.net).requires_grad_(False)
            self.loss: Any = NegativeCosineSimilarity()
        else:
            transform = SimCLRTransform(input_size=SIZE, gaussian_blur=0.0)
            if method == "simclr":
                self.net["projector"] = heads.SimCLRProjectionHead(dim, 512, 128)
                self.loss = NTXentLoss(temperature=0.2)
            else:
                self.net["projector"] = heads.BarlowTwinsProjectionHead(dim, 512, 512)
                self.loss = BarlowTwinsLoss()
        self.net.to(self.device).train()
        self.method = method
        parameters = list(self.net.parameters())
        self.optimizer: Any = (
            torch.optim.SGD(parameters, lr=0.06) if as_documented else torch.optim.AdamW(parameters, fused=True)
        )
        self.loader = DataLoader(
            Pictures(images, transform), task.batch, shuffle=True, drop_last=True, num_workers=task.workers
        )
        self.batches: Iterator[list[Tensor]] | None = None

    def begin(self) -> None:
        """Fresh workers, so that none worked ahead during another's segment."""
        self.batches = iter(self.loader)

    def end(self) -> None:
        self.batches = None

    def _next(self) -> list[Tensor]:
        found = None if self.batches is None else next(self.batches, None)
        if found is None:
            self.batches = iter(self.loader)
            found = next(self.batches)
        return [x.to(self.device) for x in found]

    def step(self) -> None:
        from lightly.models.utils import update_momentum

        a, b = self._next()
        net = self.net
        if self.method == "byol":
            for name in ("encoder", "projector"):
                update_momentum(net[name], self.slow[name], 0.99)
        with autocast(self.device, self.precision):
            z_a, z_b = (net["projector"](net["encoder"](x)) for x in (a, b))
            if self.method == "byol":
                with torch.no_grad():
                    t_a, t_b = (self.slow["projector"](self.slow["encoder"](x)) for x in (a, b))
                p_a, p_b = net["predictor"](z_a), net["predictor"](z_b)
                loss = 0.5 * (self.loss(p_a, t_b) + self.loss(p_b, t_a))
            else:
                loss = self.loss(z_a, z_b)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        loss.item()
