"""No two samples of one label in a batch: who meets whom, decided by pseudo-classes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from coview.data.sampler import Sampler, epoch_order
from coview.views.draw import combine, name_hash


class DistinctLabels:
    """Wraps an order so that the samples of a batch all have different labels.

    So the negatives of a contrastive loss are of other (pseudo-)classes (G-SimCLR; in sentence-transformers' terms
    "no duplicates"). A label met more often than an epoch has steps sits out with what is left over; a batch is no
    larger than the number of labels.

    Args:
        inner: the order wrapped; its samples, batch size and seed are used.
        labels: `(n,)` integers; a negative one is unknown and different from all others.
    """

    def __init__(self, inner: Sampler, labels: Tensor) -> None:
        self.inner = inner
        self.start_step, self.start_epoch = 0, 0
        self.labels = self._checked(labels)

    def _checked(self, labels: Tensor) -> Tensor:
        if labels.shape != (self.inner.n,):
            raise ValueError(f"{self.inner.n} samples need as many labels, not {tuple(labels.shape)}")
        labels = labels.to(torch.int64).cpu()
        unknown = labels < 0
        alone = labels.max().clamp_min(-1) + 1 + torch.arange(len(labels))
        _, self._label, counts = torch.where(unknown, alone, labels).unique(return_inverse=True, return_counts=True)
        self.batch_size, self._steps = fit_steps(counts, self.inner.batch_size)
        self._plan: tuple[int, Tensor] | None = None
        return labels

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch under today's labels."""
        return self._steps

    def epoch(self, step: int) -> int:
        """The epoch that a step falls into; new labels begin a new one."""
        return self.start_epoch + (step - self.start_step) // self._steps

    def rows(self, step: int) -> Tensor:
        """`(B,)` int64, rows of different labels."""
        epoch = self.epoch(step)
        if self._plan is None or self._plan[0] != epoch:
            seed = combine(self.inner.seed, epoch, name_hash("distinct labels"))
            self._plan = epoch, deal(self._label, self.batch_size, self._steps, seed)
        return self._plan[1][(step - self.start_step) % self._steps].clone()

    def relabel(self, labels: Tensor, step: int) -> None:
        """New labels from `step` on (reclustering), which begins a new epoch."""
        epoch = self.epoch(step - 1) + 1 if step > self.start_step else self.start_epoch
        self.labels = self._checked(labels)
        self.start_step, self.start_epoch = step, epoch

    def state(self) -> dict[str, Any]:
        """The labels, since when they hold, and the inner order's state."""
        return {
            "labels": self.labels.clone(),
            "start_step": self.start_step,
            "start_epoch": self.start_epoch,
            "inner": self.inner.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave."""
        self.labels = self._checked(state["labels"])
        self.start_step, self.start_epoch = int(state["start_step"]), int(state["start_epoch"])
        self.inner.load_state(state["inner"])


def fit_steps(counts: Tensor, batch_size: int) -> tuple[int, int]:
    """The batch size and the most full batches that labels met `counts (L,)` times allow.

    S batches can hold at most min(count, S) samples of a label, so S is the largest with sum min(count, S) >= S B.
    """
    batch_size = min(batch_size, len(counts))
    low, high = 1, max(1, int(counts.sum()) // batch_size)
    while low < high:
        steps = (low + high + 1) // 2
        if int(counts.clamp_max(steps).sum()) >= steps * batch_size:
            low = steps
        else:
            high = steps - 1
    return batch_size, low


def deal(label: Tensor, batch_size: int, steps: int, seed: int) -> Tensor:
    """Rows `(steps, batch_size)`, no label twice in a row of it.

    Samples in order of a random order of labels are dealt round like cards: those of one label, at most `steps`, are
    neighbours, so no two of them reach one batch.

    Args:
        label: `(n,)` int64 in 0 .. L - 1.
        batch_size: at most what `fit_steps` allows for these labels.
        steps: likewise.
        seed: of this epoch.
    """
    shuffled = epoch_order(len(label), seed, 0)
    shuffled = shuffled[rank_within(label[shuffled]) < steps]
    shuffled = shuffled[: steps * batch_size]
    place = epoch_order(int(label.max()) + 1, seed, 1)[label[shuffled]]
    dealt = shuffled[place.argsort(stable=True)].view(batch_size, steps).T
    return dealt[epoch_order(steps, seed, 2)]


def rank_within(label: Tensor) -> Tensor:
    """`(n,)` int64, how many of the same label came before."""
    order = label.argsort(stable=True)
    ranked = label[order]
    start = torch.searchsorted(ranked, ranked)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(label)) - start
    return rank
