"""Where the time of a step goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class Stopwatch:
    """Seconds by name. Accelerators are waited for only while `exact` is set, since waiting costs.

    Args:
        device: whose queue is waited for.
        exact: whether to wait.
    """

    def __init__(self, device: torch.device | None = None, *, exact: bool = False) -> None:
        self.device, self.exact = device, exact
        self.seconds: dict[str, float] = {}

    def _now(self) -> float:
        if self.exact and self.device is not None and self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Adds the time of the block to `name`."""
        start = self._now()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._now() - start

    def shares(self) -> dict[str, float]:
        """Each name's share of the sum, and a new start."""
        total = sum(self.seconds.values()) or 1.0
        found = {name: s / total for name, s in self.seconds.items()}
        self.seconds = {}
        return found
