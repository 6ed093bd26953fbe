"""stable-pretraining's row: its transforms, methods and Module in the Lightning Trainer that it runs in."""

from __future__ import annotations

import copy
import logging
import time
import warnings
from functools import partial
from typing import Any

import numpy as np
import stable_pretraining as spt
import torch
from contenders import SIZE, WARM_UP, Contender, Task
from loguru import logger
from PIL import Image as Pillow
from torch import Tensor, nn

from coview.engine.trainer import Trainer


class StablePretraining(Contender):
    """stable-pretraining on a copy of coview's encoder, with heads of the same widths.

    A segment is a `fit` of its own, timed from step to step after the warm-up, so that starting the Trainer and its
    workers does not count.

    Args:
        task: method, batch, precision and workers.
        images: pictures.
        trainer: whose method lends encoder, widths and counts.
    """

    def __init__(self, task: Task, images: np.ndarray, trainer: Trainer) -> None:
        logger.disable("stable_pretraining")
        for name in ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self.task = task
        reference: Any = trainer.method
        model, views, forward = _parts(spt, task.method, reference)
        optimizer = {"optimizer": partial(torch.optim.AdamW, lr=1e-3, fused=True)}
        self.module = spt.Module(forward=forward, model=model, optim=optimizer)
        pictures = [(Pillow.fromarray(i),) for i in images]
        data = spt.data.FromTorchDataset(pictures, names=["image"], transform=views)
        self.loader = torch.utils.data.DataLoader(
            data, task.batch, shuffle=True, drop_last=True, num_workers=task.workers
        )

    def step(self) -> None:
        raise NotImplementedError("Lightning's Trainer holds the loop")

    def rate(self, seconds: float, least: int) -> float:
        import lightning.pytorch as pl
        from stable_pretraining.callbacks import TeacherStudentCallback

        watch = stopwatch(seconds, least)
        callbacks: list[Any] = [watch]
        if self.task.method in ("byol", "dino"):
            callbacks.append(TeacherStudentCallback())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pl.Trainer(
                max_epochs=-1, accelerator="gpu" if self.task.device == "cuda" else "cpu", devices=1,
                precision="bf16-mixed" if self.task.precision == "bf16" else "32-true", callbacks=callbacks,
                logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
            ).fit(self.module, self.loader)  # fmt: skip
        return watch.steps * self.task.batch / watch.seconds


def stopwatch(seconds: float, least: int) -> Any:
    """A callback; made late, because Lightning takes seconds to import."""
    import lightning.pytorch as pl

    class Watch(pl.Callback):
        """Times the steps after the warm-up and ends the fit."""

        def __init__(self) -> None:
            self.steps, self.seconds, self.start = -WARM_UP, 0.0, 0.0

        def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
            self.steps += 1
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            if self.steps <= 0:
                self.start = time.perf_counter()
                return
            self.seconds = time.perf_counter() - self.start
            trainer.should_stop = self.steps >= least and self.seconds >= seconds

    return Watch()


class _Pooled(nn.Module):
    """coview's network where theirs is a module from pictures to vectors."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = copy.deepcopy(net)

    def forward(self, value: Tensor) -> Tensor:
        out = self.net(value)
        return out if isinstance(out, Tensor) else out.pooled


def _parts(spt: Any, method: str, reference: Any) -> tuple[nn.Module, Any, Any]:
    """Model, transform and forward of a method, with coview's encoder and widths."""
    net = _Pooled(reference.encoder.net)
    if method == "simclr":
        model: nn.Module = spt.methods.SimCLR(net, (512, 128), reference.temperature)
        return model, _views(spt, 2), _two
    if method == "barlow-twins":
        return spt.methods.BarlowTwins(net, (512, 512, 512)), _views(spt, 2), _two
    if method == "byol":
        return spt.methods.BYOL(net, (512, 128), (512, 128)), _views(spt, 2), _two
    if method == "dino":
        model = spt.methods.DINO(net, 512, 128, len(reference.prototypes.directions))
        named = {f"global_{i}": _view(spt, SIZE, (0.4, 1.0)) for i in range(2)}
        named |= {f"local_{i}": _view(spt, SIZE // 2, (0.05, 0.4)) for i in range(reference.local)}
        return model, spt.data.transforms.MultiViewTransform(named), _crops
    vit = copy.deepcopy(reference.encoder.net.net)
    width, depth = reference.decoder.width, len(reference.decoder.body.blocks)
    model = spt.methods.MAE(vit, width, depth, max(width // 32, 1), reference.masked)
    t = spt.data.transforms
    crop = t.Compose(t.RGB(), t.RandomResizedCrop(SIZE, scale=(0.2, 1.0)), t.RandomHorizontalFlip(), _to_image(spt))
    return model, crop, _one


def _to_image(spt: Any) -> Any:
    return spt.data.transforms.ToImage(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])


def _view(spt: Any, size: int, scale: tuple[float, float]) -> Any:
    t = spt.data.transforms
    return t.Compose(
        t.RGB(),
        t.RandomResizedCrop((size, size), scale=scale),
        t.ColorJitter(0.4, 0.4, 0.2, 0.1, p=0.8),
        t.RandomGrayscale(p=0.2),
        t.RandomHorizontalFlip(p=0.5),
        _to_image(spt),
    )


def _views(spt: Any, n: int) -> Any:
    return spt.data.transforms.MultiViewTransform([_view(spt, SIZE, (0.08, 1.0)) for _ in range(n)])


def _two(self: Any, batch: dict[str, Any], stage: str) -> dict[str, Tensor]:
    a, b = (view["image"] for view in batch["views"])
    return {"loss": self.model(a, b).loss}


def _crops(self: Any, batch: dict[str, Any], stage: str) -> dict[str, Tensor]:
    whole = [batch[n]["image"] for n in sorted(batch) if n.startswith("global")]
    part = [batch[n]["image"] for n in sorted(batch) if n.startswith("local")]
    return {"loss": self.model(whole, part).loss}


def _one(self: Any, batch: dict[str, Any], stage: str) -> dict[str, Tensor]:
    return {"loss": self.model(batch["image"]).loss}
