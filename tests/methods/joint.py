"""A joint-embedding method on small samples, its steps one by one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations
from coview.methods.base import Method
from coview.methods.registry import build_method
from coview.views.draw import Draw
from tests.contracts.cases import batch, modality

ENCODER = {"dim": 32, "depth": 1}
SEED, STEP = 5, 3


def make(method: str, first: str = "image", **options: Any) -> Method:
    """In float64, with a small transformer free of batch statistics."""
    torch.manual_seed(0)
    found = build_method(method, {"thing": modality(first)}, encoder="vit", encoder_options=ENCODER, options=options)
    return found.double().train()


def samples(first: str = "image", n: int = 8, missing: float = 0.0) -> Batch:
    """n samples of two natural views."""
    return batch("simclr", first, n, missing)


def features(method: Method, whole: Batch) -> Features:
    """One chunk, represented."""
    draw = Draw(SEED, STEP, whole.key)
    views = method.views(whole, draw)
    views.key = whole.key
    return Features(method.represent(views).features, whole.key, draw)


def step(method: Method, whole: Batch, rate: float = 0.1) -> Relations:
    """One plain gradient step and the method's own state after it."""
    found = method.relate(features(method, whole))
    sum(found.losses.values(), start=torch.zeros(())).backward()
    with torch.no_grad():
        for p in method.parameters():
            if p.grad is not None:
                p -= rate * p.grad
                p.grad = None
        method.after_step({n: t.detach() for n, t in found.kept.items()})
    return found


def copies(module: torch.nn.Module) -> list[Tensor]:
    """Its parameters as they are now."""
    return [p.detach().clone() for p in module.parameters()]
