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
            change = b - self.start[i]
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

    def counted(self) -> dict[int, Tensor | None]:
        """What the other processes must know: which buffers moved here, and the changes of counters."""
        return {i: None if change.is_floating_point() else change for i, change in self.moved.items()}

    @torch.no_grad()
    def apply(self, samples: int, told: Sequence[dict[int, Tensor | None]]) -> None:
        """Once a step: the mean change over all processes' chunks; counters take the greatest.

        Args:
            samples: of the whole step.
            told: every process's `counted`.
        """
        touched = sorted({i for theirs in told for i in theirs})
        floats = [i for i in touched if self.buffers[i].is_floating_point()]
        changes = [self.moved.get(i, torch.zeros_like(self.buffers[i])) for i in floats]
        sum_tensors(changes)
        for i, change in zip(floats, changes, strict=True):
            self.buffers[i] += change / samples
        for i in set(touched) - set(floats):
            counters = [c for theirs in told if (c := theirs.get(i)) is not None]
            self.buffers[i] += torch.stack(counters).amax(0).to(self.buffers[i])

    @torch.no_grad()
    def roll_back(self) -> None:
        """Every buffer as it was when the step began."""
        for b, start in zip(self.buffers, self.start, strict=True):
            b.data.copy_(start)
