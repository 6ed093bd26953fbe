"""What the contract tests run on: every method on every modality it takes, on small samples made here.

A new method, or a new modality with a file in `items/`, is tested without being named anywhere else.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coview.batch import Batch
from coview.engine.processes import my_chunks
from coview.engine.step import ExactStep, Step
from coview.methods.base import Method
from coview.methods.registry import build_method, method_class, method_modules
from coview.modalities.base import Modality
from coview.modalities.registry import modality_class, modality_modules
from coview.nn.encoder import Encoder
from coview.views.draw import occurrence_keys

_FILES = sorted(p.stem for p in (Path(__file__).parent / "items").glob("*.py") if p.stem != "__init__")
_ROOMS = {name: import_module(f"tests.contracts.items.{name}") for name in _FILES}
ITEMS: dict[str, Callable[[np.random.Generator], Any]] = {name: room.item for name, room in _ROOMS.items()}
OPTIONS: dict[str, dict[str, Any]] = {name: getattr(room, "OPTIONS", {}) for name, room in _ROOMS.items()}
LONGER: dict[str, Callable[[np.random.Generator], Any]] = {
    n: r.longer for n, r in _ROOMS.items() if hasattr(r, "longer")
}
COMPANION: dict[str, str] = {name: getattr(room, "COMPANION", "text") for name, room in _ROOMS.items()}
SMALL = {"dim": 32}
NODES = "nodes of one graph"
"""Stands for the graph modality where samples are nodes: for methods that keep a vector for each."""


def reads_nodes(method: str) -> bool:
    return method_class(method).own_encoders.get("graph") == "lightgcn"


def item_of(name: str) -> Callable[[np.random.Generator], Any]:
    return _ROOMS["graph"].node if name == NODES else ITEMS[name]


@cache
def modality(name: str) -> Modality:
    cls = modality_class("graph" if name == NODES else name)
    rng = np.random.default_rng(0)
    return cls.adapt([cls.read(item_of(name)(rng)) for _ in range(24)], **OPTIONS.get(name, {}))


def slots_for(method: str, first: str) -> dict[str, str] | None:
    """Slot -> modality that a method is tested with when `first` is its modality; None where it makes no sense."""
    hints = typing.get_type_hints(method_class(method).__init__)
    names = [p for p in inspect.signature(method_class(method).__init__).parameters if p in hints]
    takes = [p for p in names if hints[p] is Encoder]
    if any(p in modality_modules() for p in takes):
        kinds = {f"{p}s": NODES if p == "graph" and reads_nodes(method) else p for p in takes}
        return kinds if takes[0] == first else None
    if takes:
        return {"thing": first}
    return {"thing": first, "other": COMPANION[first]}


def matrix() -> list[tuple[str, str]]:
    return [(m, first) for m in method_modules() for first in ITEMS if slots_for(m, first) is not None]


def plain(method: str) -> tuple[str | dict[str, str], dict[str, Any]]:
    """Encoders free of batch statistics, no dropout."""
    return {"graph": "lightgcn", "text": "vit"} if reads_nodes(method) else "vit", {"dim": 32, "depth": 1}


def make(method: str, first: str, encoder: str | dict[str, str] | None = None, **encoder_options: Any) -> Method:
    torch.manual_seed(0)
    slots = slots_for(method, first)
    assert slots is not None
    modalities = {slot: modality(name) for slot, name in slots.items()}
    return build_method(method, modalities, encoder=encoder, encoder_options=encoder_options).double().train()


@cache
def batch(method: str, first: str, n: int = 11, missing: float = 0.0, seed: int = 1) -> Batch:
    """n samples with two natural views in every slot; a share of the views, and whole slots, missing."""
    rng = np.random.default_rng(seed)
    slots = slots_for(method, first)
    assert slots is not None
    views = {}
    for slot, name in slots.items():
        kind = modality(name)
        items = [[kind.read(item_of(name)(rng)) for _ in range(2)] for _ in range(n)]
        for sample in items:
            if rng.random() < missing:
                sample[1] = None
                if rng.random() < 0.6:
                    sample[0] = None
        views[slot] = kind.collate(items)
    ids = torch.from_numpy(rng.permutation(10_000)[:n].astype(np.int64))
    return Batch(views, ids, occurrence_keys(ids))


def run_step(method: Method, whole: Batch, chunk: int, step: int = 3) -> Step:
    """One exact step of this process's chunks; processes that are there take theirs."""
    chunks = [whole.rows(c) for c in my_chunks(len(whole), chunk)]
    method.clock.step, method.clock.progress = step, 0.4
    return ExactStep(method, chunks, len(whole), seed=5, step=step).run()


def outcome(method: Method, found: Step) -> dict[str, dict[str, Tensor]]:
    """Losses, gradients and buffers by name."""
    names = [n for n, p in method.named_parameters() if p.requires_grad]
    lanes = next(iter(found.gradients.values()), [None] * len(names))
    return {
        "losses": {n: v.detach().double() for n, v in found.losses.items()},
        "gradients": {n: g for n, g in zip(names, lanes, strict=True) if g is not None},
        "buffers": {n: b.clone() for n, b in method.named_buffers()},
    }


def step_outcome(
    method: str,
    first: str,
    encoder: str | dict[str, str] | None,
    options: dict[str, Any],
    chunk: int,
    missing: float,
    move: bool,
) -> dict[str, dict[str, Tensor]]:
    """What one step does, in whatever world this is called; with `move`, after the method's own state moved too."""
    built = make(method, first, encoder, **options)
    found = run_step(built, batch(method, first, missing=missing), chunk)
    if move:
        with torch.no_grad():
            built.after_step(found.kept)
    return outcome(built, found)


def difference(a: dict[str, dict[str, Tensor]], b: dict[str, dict[str, Tensor]], what: str) -> float:
    """Greatest relative difference; infinite where one has a name the other lacks."""
    if a[what].keys() != b[what].keys():
        return float("inf")
    worst = 0.0
    for name, x in a[what].items():
        y = b[what][name]
        if x.shape != y.shape or bool(torch.isnan(y.double()).any()):
            return float("inf")
        scale = max(float(x.double().abs().max()) if x.numel() else 0.0, 1e-3)
        worst = max(worst, float((x.double() - y.double()).abs().max()) / scale if x.numel() else 0.0)
    return worst
