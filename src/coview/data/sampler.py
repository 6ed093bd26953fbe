"""Who meets whom in a step: the order of samples in training, computed from the step alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from coview.views.draw import combine, mix, name_hash


@runtime_checkable
class Order(Protocol):
    """What the engine asks for samples. One may wrap another; what it learns on the way is saved with the run."""

    def rows(self, step: int) -> Tensor:
        """`(B,)` int64, the rows of the whole step, over all processes."""
        ...

    def epoch(self, step: int) -> int:
        """How many times the samples have been gone through before this step."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one time through the samples."""
        ...

    def state(self) -> dict[str, Any]:
        """Tensors and numbers that `load_state` needs to go on alike."""
        ...

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave."""
        ...


class Sampler:
    """Every sample once an epoch, in an order drawn anew each epoch by (seed, epoch).

    Stateless: `rows(step)` is the same in every process and after a restart. The samples left over after the last
    full batch of an epoch sit that epoch out (who they are changes with the epoch). Where there are fewer samples
    than `batch_size`, every batch is the whole set.

    Args:
        n: samples.
        batch_size: samples of a step, over all processes.
        seed: the run's.
    """

    def __init__(self, n: int, batch_size: int, seed: int = 0) -> None:
        if n < 1 or batch_size < 1:
            raise ValueError(f"a sampler needs samples and a batch size of at least 1, not {n} and {batch_size}")
        self.n, self.batch_size, self.seed = n, min(batch_size, n), seed

    @property
    def steps_per_epoch(self) -> int:
        """Full batches of an epoch."""
        return self.n // self.batch_size

    def epoch(self, step: int) -> int:
        """The epoch that a step falls into, from 0."""
        return step // self.steps_per_epoch

    def rows(self, step: int) -> Tensor:
        """`(B,)` int64 in 0 .. n - 1, the rows of the whole step."""
        at = step % self.steps_per_epoch * self.batch_size
        return self.order(self.epoch(step))[at : at + self.batch_size].clone()

    def order(self, epoch: int) -> Tensor:
        """`(n,)` int64, all rows in the order in which an epoch deals them."""
        return epoch_order(self.n, self.seed, epoch)

    def state(self) -> dict[str, Any]:
        """Nothing: the step says it all."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Nothing to do."""


@lru_cache(maxsize=4)
def epoch_order(n: int, seed: int, epoch: int) -> Tensor:
    """A permutation `(n,)` of 0 .. n - 1, drawn by (seed, epoch) alone."""
    return mix(torch.arange(n) ^ combine(seed, epoch, name_hash("order"))).argsort(stable=True)
