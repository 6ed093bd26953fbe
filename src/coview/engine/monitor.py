"""Health while training: readings of the held-out slice and of what the losses compared."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from coview.batch import Batch
from coview.data.source import Data
from coview.health.reading import Reading, read
from coview.health.verdict import Verdict, judge
from coview.methods.base import Method

HELD_OUT = 512
"""Samples of the held-out slice that a reading looks at."""


class Monitor:
    """Reads a method's embeddings of held-out samples now and then, and judges the run.

    Args:
        data: the run's.
        rows: the held-out slice.
        device: of the method.
    """

    def __init__(self, data: Data, rows: Tensor, device: torch.device) -> None:
        few = rows[:HELD_OUT]
        self.held_out: Batch | None = data.batch(few).to(device) if len(few) > 1 else None
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
        for slots in method.embed(self.held_out).values():
            for slot, e in slots.items():
                there = e.present.any(1)
                if f"embedding/{slot}" not in found and int(there.sum()) > 1:
                    first = e.present[there].int().argmax(1)
                    values = e.values[there].float()
                    found[f"embedding/{slot}"] = read(values[torch.arange(len(values)), first])
        method.train(was)
        return found

    def begin(self, method: Method) -> None:
        """Reads the random encoder, against which the trained one is judged."""
        self.reference = self.embeddings(method)

    def look(self, method: Method, seen: dict[str, Tensor], step: int) -> dict[str, Reading]:
        """One reading, kept for the verdict."""
        readings = self.embeddings(method)
        readings |= {f"relation/{n}": read(t.float()) for n, t in seen.items() if len(t) > 1}
        self.history.append(readings)
        self.steps.append(step)
        return readings

    def verdict(self) -> Verdict:
        """What the readings so far mean."""
        return judge(self.history[-1] if self.history else {}, self.reference, self.history, self.losses)

    def state(self) -> list[Any]:
        """Readings so far, for the checkpoint."""
        return [self.steps, [{n: r.to_dict() for n, r in h.items()} for h in self.history], self.losses]

    def load_state(self, state: list[Any]) -> None:
        """Puts back what `state` gave."""
        self.steps = list(state[0])
        self.history = [{n: Reading.from_dict(r) for n, r in h.items()} for h in state[1]]
        self.losses = list(state[2])
