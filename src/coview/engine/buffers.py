"""Running statistics that start each chunk alike and move once a step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from coview.engine.processes import sum_tensors


class Buffers:
    """The buffers of a method during one step.

    Each chunk starts from the step's first values; the changes that chunks make are averaged by their samples and
    applied once (counters: the greatest change). A step that is not taken is rolled back.

    Args:
        method: whose buffers.
    """

    def __init__(self, method: nn.Module) -> None:
        self.buffers = [b for b in method.buffers() if b.numel()]
        self.start = [b.clone() for b in self.buffers]
        self.moved: dict[int, Tensor] = {}

    def _touched(self, since: dict[int, Tensor] | None = None) -> list[int]:
        """Positions of the buffers that differ from the step's first values (or from those in `since`)."""
        before = enumerate(self.start) if since is None else since.items()
        return [i for i, start in before if not torch.equal(self.buffers[i], start)]

    @torch.no_grad()
    def collect(self, samples: int) -> None:
        """After a chunk of the first pass: notes what it changed, and undoes it."""
        for i in self._touched():
            b = self.buffers[i]
            change = b - self.start[i] if b.is_floating_point() else (b - self.start[i]).double()
            if b.is_floating_point():
                self.moved[i] = self.moved.get(i, torch.zeros_like(b)) + change * samples
            else:
                self.moved[i] = torch.maximum(self.moved.get(i, change), change)
            b.data.copy_(self.start[i])  # the last chunk's graph is alive: no new version

    @torch.no_grad()
    def hold(self) -> None:
        """Before the second pass: what chunks touch from here on is put back by `release`."""
        self.held = {i: self.buffers[i].clone() for i in self.moved}

    @torch.no_grad()
    def release(self) -> None:
        """After a chunk of the second pass: undoes what it changed."""
        for i in self._touched(self.held):
            self.buffers[i].data.copy_(self.held[i])

    @torch.no_grad()
    def apply(self, samples: int, touched_anywhere: Sequence[int]) -> None:
        """Once a step: the mean change over all processes' chunks.

        Args:
            samples: of the whole step.
            touched_anywhere: positions of the buffers that some process's chunks changed.
        """
        floats, counters = [], []
        for i in sorted(touched_anywhere):
            b = self.buffers[i]
            if b.is_floating_point():
                floats.append((b, self.moved.get(i, torch.zeros_like(b))))
            else:
                counters.append((b, self.moved.get(i)))
        sum_tensors([change for _, change in floats])
        for b, change in floats:
            b += change / samples
        for b, change in counters:  # every chunk counts alike; a process without one counts a single call
            b += 1 if change is None else change.to(b.dtype)

    @torch.no_grad()
    def roll_back(self) -> None:
        """Every buffer as it was when the step began."""
        for b, start in zip(self.buffers, self.start, strict=True):
            b.data.copy_(start)
