"""Health while training: readings of the held-out slice and of what the losses compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from coview.batch import Batch
from coview.data.source import Data
from coview.health.gap import teacher_gap
from coview.health.reading import Reading, read
from coview.health.verdict import Verdict, judge
from coview.methods.base import Method, embed_slot
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder

HELD_OUT = 256
"""Samples of the held-out slice that a reading looks at, the first natural view of each."""
EVERY = 30
"""Steps between readings at least; they would cost a tenth of a run of a hundred steps else."""


class Monitor:
    """Reads a method's embeddings of held-out samples now and then, and judges the run.

    Args:
        data: the run's.
        rows: the held-out slice.
        device: of the method.
    """

    def __init__(self, data: Data, rows: Tensor, device: torch.device) -> None:
        few = rows[:HELD_OUT]
        self.held_out: Batch | None = _first_views(data.batch(few)).to(device) if len(few) > 1 else None
        self.reference: dict[str, Reading] = {}
        self.history: list[dict[str, Reading]] = []
        self.steps: list[int] = []
        self.losses: list[dict[str, float]] = []

    @torch.no_grad()
    def embeddings(self, method: Method) -> dict[str, Reading]:
        """A reading of each slot's representation on the held-out slice."""
        if self.held_out is None:
            return {}
        was = method.training
        method.eval()
        found: dict[str, Reading] = {}
        teachers = _slow_encoders(method)
        for slots in method.embed(self.held_out).values():
            for slot, e in slots.items():
                there = e.present[:, 0]
                if f"embedding/{slot}" not in found and int(there.sum()) > 1:
                    own = e.values[there, 0].float()
                    reading = read(own)
                    if slot in teachers:
                        slow = embed_slot(teachers[slot], self.held_out).values[there, 0].float()
                        reading = replace(reading, gap=teacher_gap(own, slow))
                    found[f"embedding/{slot}"] = reading
        method.train(was)
        return found

    def begin(self, method: Method) -> None:
        """Reads the random encoder, against which the trained one is judged."""
        self.reference = self.embeddings(method)

    def meet(self, seen: dict[str, Tensor]) -> None:
        """Reads what the losses compare when it is first met: what the untrained heads said."""
        for name, found in _relations({n: t for n, t in seen.items() if f"relation/{n}" not in self.reference}).items():
            if found.finite == 1:
                self.reference[name] = found

    def due(self, step: int) -> bool:
        """Whether the last reading is long enough ago."""
        return step - (self.steps[-1] if self.steps else 0) >= EVERY

    def look(self, method: Method, seen: dict[str, Tensor], step: int) -> dict[str, Reading]:
        """One reading, kept for the verdict."""
        readings = self.embeddings(method) | _relations(seen)
        self.history.append(readings)
        self.steps.append(step)
        return readings

    def verdict(self, skipped: int = 0) -> Verdict:
        """What the readings so far mean, and that so many steps were not finite."""
        latest = self.history[-1] if self.history else {}
        steps = self.steps[-1] if self.steps else None
        return judge(latest, self.reference, losses=self.losses, steps=steps, skipped=skipped)

    def state(self) -> list[Any]:
        """Readings so far, for the checkpoint."""
        return [self.steps, [{n: r.to_dict() for n, r in h.items()} for h in self.history], self.losses]

    def load_state(self, state: list[Any]) -> None:
        """Puts back what `state` gave."""
        self.steps = list(state[0])
        self.history = [{n: Reading.from_dict(r) for n, r in h.items()} for h in state[1]]
        self.losses = list(state[2])


def _slow_encoders(method: Method) -> dict[str, Encoder]:
    """Teachers by the slot they read; none where what the method embeds is more than its encoders' features."""
    slow = [child.module for child in method.children() if isinstance(child, Teacher)]
    return {e.slot: e for e in slow if isinstance(e, Encoder)} if type(method).embed is Method.embed else {}


def _first_views(batch: Batch) -> Batch:
    """Of each slot the first natural view that is there."""
    slots = {name: v if v.width == 1 else v.pick(v.present.int().argmax(1)[:, None]) for name, v in batch.items()}
    return replace(batch, slots=slots)


def _relations(seen: dict[str, Tensor]) -> dict[str, Reading]:
    return {f"relation/{name}": read(t.float()) for name, t in seen.items() if len(t) > 1}
